// What kind of world it is: graph, policies, limits, and how far source and sinks can be trusted.
#pragma once

#include <random>

#include "runtime/engine/settings.hpp"
#include "tests/simulation/broker.hpp"
#include "tests/simulation/oracle.hpp"

namespace tempest::simulation {

struct plan {
  engine::engine_settings engine;
  rules oracle; // the same, in the oracle's words
  broker_terms source;
  bool standalone = false;  // the workers are threads of the topology's process
  unsigned sink_breaks = 0; // percent: at each batch of dead letters
};

[[nodiscard]] plan make_plan(std::mt19937_64& dice);

} // namespace tempest::simulation
