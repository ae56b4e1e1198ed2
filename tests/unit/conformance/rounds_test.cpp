#include "runtime/conformance/rounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

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

// What a round adds, where `grown` says what there is after so many messages, a hundred a round.
std::size_t growth(const std::function<std::size_t(std::size_t messages)>& grown,
                   std::size_t& rounds) {
  rounds = 0;
  return least_growth(1000, [&] { return grown(100 * ++rounds); });
}

TEST(LeastGrowth, BuffersThatReachWhatTheyNeedCountForNothing) {
  std::size_t rounds = 0;
  const auto grown = [](std::size_t messages) { return std::min<std::size_t>(messages, 800) * 90; };
  EXPECT_LE(growth(grown, rounds), 1000u);
  EXPECT_EQ(rounds, 16u) << "the second span is good";
  EXPECT_EQ(growth([](std::size_t) { return std::size_t{5} << 20; }, rounds), 0u);
  EXPECT_EQ(rounds, 8u);
}

TEST(LeastGrowth, WhatIsLostOfEachMessageIsFound) {
  std::size_t rounds = 0;
  EXPECT_EQ(growth([](std::size_t messages) { return messages * 20; }, rounds), 2000u);
  EXPECT_EQ(rounds, 32u) << "it was given every chance";
}

TEST(LeastGrowth, ATableThatGrowsInStepsIsFound) {
  std::size_t rounds = 0;
  const auto table = [](std::size_t messages) { return 32 * std::bit_ceil(messages); };
  EXPECT_GT(growth(table, rounds), 1000u);
}

TEST(LeastGrowth, WhatShrinksHasNotGrown) {
  std::size_t rounds = 0;
  EXPECT_EQ(growth([](std::size_t messages) { return 1'000'000 - messages; }, rounds), 0u);
}

} // namespace
} // namespace tempest::conformance
