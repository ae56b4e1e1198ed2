#include "runtime/conformance/rounds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

namespace tempest::conformance {
namespace {

// Rounds of three measurements, one of them an outlier, one after the other.
std::optional<std::int64_t> judged(const std::vector<std::optional<std::int64_t>>& all,
                                   std::size_t& used) {
  used = 0;
  return best_round({3, 1}, 10, [&](std::size_t number) {
    EXPECT_EQ(number, used);
    return all.at(used++);
  });
}

TEST(BestRound, OneOutlierCountsForNothing) {
  std::size_t used = 0;
  EXPECT_EQ(judged({5, 900, 7}, used), 7);
  EXPECT_EQ(used, 3u) << "it was good at once";
}

TEST(BestRound, ABadRoundIsFollowedByOthersAndTheBestCounts) {
  std::size_t used = 0;
  EXPECT_EQ(judged({5, 60, 70, 20, 30, 90, 80}, used), 20);
  EXPECT_EQ(used, 7u) << "a round ends once it is bad";
  EXPECT_EQ(judged({50, 60, 7, 30, 8}, used), 8);
  EXPECT_EQ(used, 5u);
}

TEST(BestRound, WhatWasNotMeasuredDoesNotCount) {
  std::size_t used = 0;
  EXPECT_EQ(judged({std::nullopt, 8, std::nullopt}, used), 8);
  EXPECT_EQ(judged({std::nullopt, 8, 30, 9, 9, 9}, used), 9) << "of few none is an outlier";
  EXPECT_EQ(judged({std::nullopt, std::nullopt, std::nullopt}, used), std::nullopt);
}

TEST(Spread, AnyFewOfThemLieAllOverTheSpan) {
  constexpr std::int64_t parts = 8;
  for (std::size_t first = 0; first < 1000; ++first) {
    std::set<std::int64_t> met;
    for (std::size_t i = first; i < first + 24; ++i) {
      const std::int64_t one = spread_us(i, 20, 800);
      ASSERT_GE(one, 20);
      ASSERT_LT(one, 820);
      met.insert((one - 20) / (800 / parts));
    }
    EXPECT_EQ(met.size(), std::size_t{parts}) << "from " << first << " on";
  }
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
