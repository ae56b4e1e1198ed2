// Rates of the last seconds, out of sums.
#include "runtime/service/recent_work.hpp"

#include <gtest/gtest.h>

namespace tempest::service {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(recent_work, keeps_a_sample_a_second_for_ten_seconds) {
  recent_work recent(1, 5 * second);
  EXPECT_EQ(recent.oldest().at_ns, 5 * second);
  EXPECT_EQ(recent.due(6 * second - 1), nullptr);
  for (std::int64_t now = 6; now <= 15; ++now) {
    work_sample* const sample = recent.due(now * second);
    ASSERT_NE(sample, nullptr);
    ASSERT_EQ(sample->tasks.size(), 1u);
    sample->read = static_cast<std::uint64_t>(now);
    EXPECT_EQ(recent.due(now * second + 1), nullptr);
    EXPECT_EQ(recent.oldest().at_ns, 5 * second) << "since the start at first";
  }
  (void)recent.due(16 * second);
  EXPECT_EQ(recent.oldest().at_ns, 6 * second);
  EXPECT_EQ(recent.oldest().read, 6u);
}

TEST(rates, are_of_the_time_that_passed) {
  work_sample::task before;
  before.ended = 100;
  before.work.busy_ns = 10 * second;
  before.work.times[3] = 5;
  work_sample::task now = before;
  now.ended = 130;
  now.work.busy_ns += second;
  now.work.blocked_ns += second;
  now.work.idle_ns += 2 * second;
  const work_rates idle = rates_between(before, now, 2 * second);
  EXPECT_EQ(idle.ended_per_s, 15);
  EXPECT_EQ(idle.busy, 0.25);
  EXPECT_EQ(idle.p50_s, std::nullopt) << "what was handled before does not count";
  now.work.times[3] += 1;
  EXPECT_NE(rates_between(before, now, 2 * second).p50_s, std::nullopt);
}

TEST(rates, of_no_time_are_none) {
  EXPECT_EQ(per_second(1, 5, 0), 0);
  EXPECT_EQ(per_second(5, 1, second), 0);
  EXPECT_EQ(rates_between({}, {}, second).busy, std::nullopt) << "nobody has told of any work";
}

} // namespace
} // namespace tempest::service
