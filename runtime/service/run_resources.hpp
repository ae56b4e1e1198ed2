// What all parts of a run share. It outlives them.
#pragma once

#include "runtime/base/bell.hpp"
#include "runtime/base/chunk.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::service {

class begun_table;

struct run_resources {
  base::bell& bell;             // wakes the engine's thread
  begun_table* begun = nullptr; // what is in hand, for the next start; nullptr: nobody notes it
  base::chunk_pool chunks{};
  metrics::registry metrics{};
};

} // namespace tempest::service
