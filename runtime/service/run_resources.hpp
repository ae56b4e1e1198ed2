// What all parts of a run share. It outlives them.
#pragma once

#include <string>

#include "runtime/base/bell.hpp"
#include "runtime/base/chunk.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/hang_log.hpp"
#include "runtime/service/run_health.hpp"
#include "runtime/service/run_questions.hpp"
#include "runtime/service/run_taps.hpp"

namespace tempest::service {

class begun_table;

struct run_resources {
  run_resources(base::bell& own_bell, run_health& own_health, const std::string& topology,
                begun_table* own_begun = nullptr)
      : bell(own_bell),
        health(own_health),
        begun(own_begun),
        metrics(topology),
        questions(own_bell) {}

  base::bell& bell;   // wakes the engine's thread
  run_health& health; // where it writes down how things are
  begun_table* begun; // what is in hand, for the next start; nullptr: nobody notes it
  base::chunk_pool chunks{};
  metrics::registry metrics;
  run_questions questions; // of those who ask [admin]
  run_taps taps{};         // who looks at messages that pass; the run's thread
  hang_log hangs{};
};

} // namespace tempest::service
