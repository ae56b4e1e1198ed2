#include "runtime/base/doorbell.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "runtime/base/clock.hpp"

namespace tempest::base {
namespace {

std::int64_t a_minute_on() {
  return steady_ns() + 60'000'000'000;
}

TEST(doorbell, a_ring_before_the_wait_is_not_lost_and_many_are_one) {
  doorbell bell;
  bell.ring();
  bell.ring();
  EXPECT_TRUE(bell.wait(a_minute_on()));
  EXPECT_FALSE(bell.wait(steady_ns()));
}

TEST(doorbell, a_deadline_ends_the_wait_of_a_bell_that_nobody_rings) {
  doorbell bell;
  EXPECT_FALSE(bell.wait(steady_ns() - 1));
  EXPECT_FALSE(bell.wait(steady_ns() + 1'000'000));
  bell.ring(); // and it works as before
  EXPECT_TRUE(bell.wait(steady_ns()));
}

// Each ring falls into another moment of the other side's wait; one that is lost would leave both
// asleep until their deadline.
TEST(doorbell, no_ring_is_lost_between_two_that_wake_each_other) {
  constexpr int rounds = 5'000;
  doorbell ping, pong;
  int answered = 0;
  std::thread other([&] {
    for (int i = 0; i < rounds && ping.wait(a_minute_on()); ++i) {
      ++answered;
      pong.ring();
    }
  });
  bool all_heard = true;
  for (int i = 0; i < rounds && all_heard; ++i) {
    ping.ring();
    all_heard = pong.wait(a_minute_on());
  }
  other.join();
  EXPECT_TRUE(all_heard);
  EXPECT_EQ(answered, rounds);
}

} // namespace
} // namespace tempest::base
