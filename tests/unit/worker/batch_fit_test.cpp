// How large batches get, by what they cost.
#include "runtime/worker/batch_fit.hpp"

#include <gtest/gtest.h>

namespace tempest::worker {
namespace {

constexpr std::int64_t us = 1'000;
constexpr std::int64_t ms = 1'000'000;

// Batches of a worker that always has enough to do: each takes `own_ns` and `each_ns` a delivery.
struct busy_worker {
  std::int64_t own_ns = 0;
  std::int64_t each_ns = 0;
  std::int64_t most = 1000;
  batch_fit fit{};

  [[nodiscard]] std::int64_t next() const {
    const std::int64_t reckoned = fit.ns_per_delivery();
    if (reckoned == 0) return 1;
    return std::clamp<std::int64_t>(batch_fit::batch_ns / reckoned, 1, most);
  }
  void work() { // one batch
    const std::int64_t count = next();
    fit.add(static_cast<std::size_t>(count), own_ns + count * each_ns);
    ++batches;
    deliveries += count;
  }
  void work(int times) {
    for (int i = 0; i < times; ++i) work();
  }
  std::int64_t batches = 0;
  std::int64_t deliveries = 0;
};

TEST(batch_fit, knows_nothing_at_first) {
  EXPECT_EQ(batch_fit().ns_per_delivery(), 0);
  EXPECT_EQ(batch_fit().average_ns(), 0);
}

TEST(batch_fit, fills_ten_milliseconds_with_what_takes_as_long_each) {
  busy_worker slow{.each_ns = 1 * ms};
  slow.work(100);
  EXPECT_NEAR(static_cast<double>(slow.next()), 10, 1);
  busy_worker fast{.each_ns = 1 * us};
  fast.work(2);
  EXPECT_EQ(fast.next(), 1000);
}

TEST(batch_fit, leaves_what_is_slow_alone) {
  busy_worker slow{.each_ns = 50 * ms};
  slow.work(100);
  EXPECT_LE(slow.deliveries, 110) << "now and then it finds out whether that is still so";
  EXPECT_LE(slow.next(), 2);
}

// A round trip, or a server that confirms slowly.
TEST(batch_fit, is_not_held_back_by_what_each_batch_costs_of_its_own) {
  for (const std::int64_t own : {4 * ms, 6 * ms, 20 * ms, 300 * ms, 30'000 * ms}) {
    busy_worker far{.own_ns = own, .each_ns = 1 * us};
    far.work(15);
    EXPECT_GE(far.next(), 500) << own;
    far.batches = far.deliveries = 0;
    far.work(200);
    EXPECT_GE(far.deliveries, 200 * 900) << own;
  }
}

TEST(batch_fit, spends_as_much_on_deliveries_as_on_the_batch_itself) {
  busy_worker both{.own_ns = 100 * ms, .each_ns = 1 * ms};
  both.work(50);
  EXPECT_NEAR(static_cast<double>(both.next()), 100, 20);
}

TEST(batch_fit, follows_what_changes) {
  busy_worker changes{.own_ns = 20 * ms, .each_ns = 1 * us};
  changes.work(50);
  ASSERT_GE(changes.next(), 500);
  changes.own_ns = 0;
  changes.each_ns = 20 * ms;
  changes.work(20);
  EXPECT_LE(changes.next(), 2);
  changes.own_ns = 20 * ms;
  changes.each_ns = 1 * us;
  changes.work(200);
  EXPECT_GE(changes.next(), 500);
}

// Whatever the times are: never longer than the average, never nothing.
TEST(batch_fit, reckons_with_something_between_a_nanosecond_and_the_average) {
  std::uint64_t dice = 1;
  for (int round = 0; round < 1000; ++round) {
    batch_fit fit;
    for (int i = 0; i < 50; ++i) {
      dice = dice * 6364136223846793005u + 1442695040888963407u;
      const auto count = std::size_t{1} + (dice >> 33) % 1000;
      const auto took = static_cast<std::int64_t>((dice >> 20) % (1u << ((dice >> 10) % 32)));
      fit.add(count, took);
      EXPECT_GE(fit.ns_per_delivery(), 1);
      EXPECT_LE(fit.ns_per_delivery(), fit.average_ns());
    }
  }
}

} // namespace
} // namespace tempest::worker
