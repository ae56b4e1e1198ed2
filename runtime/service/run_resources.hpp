// What all parts of a run share. It outlives them.
#pragma once

#include "runtime/base/bell.hpp"
#include "runtime/base/chunk.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::service {

struct run_resources {
  base::bell& bell; // wakes the engine's thread
  base::chunk_pool chunks{};
  metrics::registry metrics{};
};

} // namespace tempest::service
