// What buckets tell of most durations.
#include "runtime/metrics/quantile.hpp"

#include <gtest/gtest.h>

#include <array>

#include "runtime/metrics/duration_tally.hpp"

namespace tempest::metrics {
namespace {

struct durations : testing::Test {
  void add(std::int64_t ns, std::uint64_t times = 1) {
    buckets[duration_tally::bucket_of(ns)] += times;
  }
  std::array<std::uint64_t, duration_tally::buckets> buckets{};
};

TEST_F(durations, are_not_known_without_any) {
  EXPECT_EQ(quantile(duration_bounds, buckets, 0.5), std::nullopt);
}

TEST_F(durations, lie_within_their_bucket) {
  add(2'000'000, 100); // between 1 and 2.5 ms
  EXPECT_NEAR(*quantile(duration_bounds, buckets, 0.5), 1.75e-3, 1e-9);
  EXPECT_NEAR(*quantile(duration_bounds, buckets, 1), 2.5e-3, 1e-9);
}

TEST_F(durations, are_told_apart) {
  add(2'000'000, 98);
  add(2'000'000'000, 2);
  EXPECT_LT(*quantile(duration_bounds, buckets, 0.5), 2.5e-3);
  EXPECT_GT(*quantile(duration_bounds, buckets, 0.99), 1.0);
}

TEST_F(durations, beyond_the_last_bound_are_at_least_that) {
  add(2'000'000'000'000);
  EXPECT_EQ(quantile(duration_bounds, buckets, 0.5), 1000.0);
}

} // namespace
} // namespace tempest::metrics
