// Schedules of random faults against the engine, judged by an oracle. A failure is a seed:
//   TEMPEST_SEED=... TEMPEST_STEPS=... simulation
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "tests/simulation/world.hpp"

namespace simulation {
namespace {

constexpr std::uint64_t steps_a_schedule = 500;

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

// Runs one schedule; yields the trace of its decisions.
std::uint64_t run(std::uint64_t seed, std::uint64_t steps) {
  world one(seed);
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (!one.step()) {
      ADD_FAILURE() << "seed " << seed << ", step " << i << ": " << one.fault();
      return 0;
    }
  }
  EXPECT_TRUE(one.drain()) << "seed " << seed << ", at the end: " << one.fault();
  return one.trace();
}

TEST(simulation, a_million_steps_keep_what_is_promised) {
  const std::uint64_t seed = number("TEMPEST_SEED", std::random_device{}());
  const std::uint64_t steps = number("TEMPEST_STEPS", 1'000'000);
  std::cout << "TEMPEST_SEED=" << seed << " TEMPEST_STEPS=" << steps << '\n';
  for (std::uint64_t done = 0; done < steps && !HasFailure(); done += steps_a_schedule) {
    run(seed + done / steps_a_schedule, steps_a_schedule);
  }
}

TEST(simulation, the_same_seed_gives_the_same_decisions) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) EXPECT_EQ(run(seed, 500), run(seed, 500));
}

} // namespace
} // namespace simulation
