#include "runtime/conformance/rounds.hpp"

#include <gtest/gtest.h>

namespace tempest::conformance {
namespace {

// The measurements of up to three rounds, one after the other.
std::optional<std::int64_t> judged(const std::vector<std::optional<std::int64_t>>& all, int tries,
                                   std::size_t& used) {
  used = 0;
  return best_median(tries, 10, [&](int) { return all.at(used++); });
}

TEST(BestMedian, OneOutlierInARoundCountsForNothing) {
  std::size_t used = 0;
  EXPECT_EQ(judged({5, 900, 7}, 3, used), 7);
  EXPECT_EQ(used, 3u) << "it was good at once";
}

TEST(BestMedian, ABadRoundIsFollowedByOthersAndTheBestCounts) {
  std::size_t used = 0;
  EXPECT_EQ(judged({50, 60, 70, 20, 30, 40, 80, 90, 70}, 3, used), 30);
  EXPECT_EQ(used, 9u);
}

TEST(BestMedian, WhatWasNotMeasuredDoesNotCount) {
  std::size_t used = 0;
  EXPECT_EQ(judged({std::nullopt, 8, std::nullopt}, 3, used), 8);
  const std::vector<std::optional<std::int64_t>> none(9);
  EXPECT_EQ(judged(none, 3, used), std::nullopt);
}

} // namespace
} // namespace tempest::conformance
