// What a task process tells of its work, true or not.
#include "runtime/service/told_work.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tempest::service {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

struct told : testing::Test {
  // A heartbeat a second later.
  void hear(std::uint64_t busy_ns, std::uint64_t idle_ns, std::vector<std::uint64_t> times = {}) {
    now_ns += static_cast<std::int64_t>(second);
    heard.hear({0, busy_ns, 0, idle_ns, std::move(times)}, 1, now_ns, sums);
  }
  told_work heard{0};
  task_work sums;
  std::int64_t now_ns = 0;
};

TEST_F(told, counts_what_is_added_from_the_first_on) {
  hear(100 * second, 50 * second, {0, 7});
  EXPECT_EQ(sums.busy_ns, 0u) << "what it did for others before";
  EXPECT_EQ(heard.busy(), std::nullopt);
  hear(100 * second + second / 4, 50 * second + 3 * second / 4, {0, 9, 2});
  EXPECT_EQ(sums.busy_ns, second / 4);
  EXPECT_EQ(sums.idle_ns, 3 * second / 4);
  EXPECT_EQ(sums.times[1], 2u);
  EXPECT_EQ(sums.times[2], 2u);
  EXPECT_EQ(heard.busy(), 0.25);
}

TEST_F(told, counts_all_that_a_new_process_did) {
  hear(second / 2, second / 2, {0, 7});
  EXPECT_EQ(sums.busy_ns, second / 2);
  EXPECT_EQ(sums.times[1], 7u);
}

TEST_F(told, busy_is_of_the_last_seconds) {
  hear(0, 0);
  for (std::uint64_t i = 1; i <= 20; ++i) hear(i * second, 0);
  EXPECT_EQ(heard.busy(), 1.0);
  for (std::uint64_t i = 1; i <= 11; ++i) hear(20 * second, i * second);
  EXPECT_EQ(heard.busy(), 0.0);
}

TEST_F(told, nonsense_does_no_harm) {
  constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  hear(10, 10, {5});
  hear(0, 0, {0});
  EXPECT_EQ(sums.busy_ns, 10u) << "counters that fall";
  const auto times = sums.times;
  hear(huge, huge, std::vector<std::uint64_t>(64, huge));
  EXPECT_EQ(sums.times, times) << "so many there cannot be";
  EXPECT_EQ(sums.busy_ns, 2 * second + 10) << "no more than time has passed, twice";
  hear(5, 5);
  hear(6, 6);
  EXPECT_EQ(sums.busy_ns, 2 * second + 11);
}

} // namespace
} // namespace tempest::service
