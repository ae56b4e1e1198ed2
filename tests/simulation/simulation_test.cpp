// Runs worlds of random graphs, limits, policies and faults until enough steps were made. A failure
// names the seed of its world: TEMPEST_SEED=<it> runs that world first.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {
namespace {

constexpr std::uint64_t steps_a_world = 2'000;
#ifdef NDEBUG
constexpr std::uint64_t default_steps = 3'000'000;
#else // sanitizers are slow, and it is the same code
constexpr std::uint64_t default_steps = 500'000;
#endif

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* set = std::getenv(name);
  return set == nullptr ? otherwise : std::strtoull(set, nullptr, 10);
}

TEST(simulation, the_engine_agrees_with_the_oracle_under_random_faults) {
  const std::uint64_t first = from_environment("TEMPEST_SEED", std::random_device{}());
  const std::uint64_t steps = from_environment("TEMPEST_STEPS", default_steps);
  std::printf("TEMPEST_SEED=%llu TEMPEST_STEPS=%llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(steps));
  for (std::uint64_t done = 0, seed = first; done < steps; done += steps_a_world, ++seed) {
    world one(seed);
    one.run(steps_a_world);
    ASSERT_EQ(one.complaint(), "") << "run again with TEMPEST_SEED=" << seed;
  }
}

TEST(simulation, the_same_seed_gives_the_same_decisions) {
  const std::uint64_t first = from_environment("TEMPEST_SEED", std::random_device{}());
  for (std::uint64_t seed = first; seed < first + 5; ++seed) {
    world one(seed);
    world two(seed);
    world other(seed + 1000);
    one.run(steps_a_world);
    two.run(steps_a_world);
    other.run(steps_a_world);
    EXPECT_EQ(one.fingerprint(), two.fingerprint());
    EXPECT_NE(one.fingerprint(), other.fingerprint());
  }
}

} // namespace
} // namespace tempest::simulation
