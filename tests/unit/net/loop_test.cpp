// A thread that sleeps in its loop is woken by what it waits for, and by nothing that it missed.
#include "runtime/net/loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/base/clock.hpp"

namespace tempest::net {
namespace {

TEST(loop, a_ring_before_the_wait_is_not_lost_and_many_are_one) {
  loop in;
  in.ring();
  in.ring();
  EXPECT_TRUE(in.wait(base::never_ns));
  EXPECT_FALSE(in.wait(base::steady_ns()));
}

TEST(loop, no_ring_is_lost_between_two_that_wake_each_other) {
  constexpr int rounds = 20'000;
  loop ping, pong;
  std::atomic<int> turns{0};
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      while (turns.load() < 2 * i + 1) pong.wait(base::never_ns);
      ++turns;
      ping.ring();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    ++turns;
    pong.ring();
    while (turns.load() < 2 * i + 2) ping.wait(base::never_ns);
  }
  other.join();
  EXPECT_EQ(turns.load(), 2 * rounds);
}

TEST(loop, what_is_to_run_soon_runs_in_order_and_not_at_once) {
  loop in;
  std::vector<int> order;
  run_soon(in, [&] {
    order.push_back(1);
    run_soon(in, [&] { order.push_back(3); });
    order.push_back(2);
  });
  EXPECT_TRUE(order.empty());
  while (order.size() < 3) in.wait(base::never_ns);
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(in.poll());
}

TEST(loop, comes_back_from_work_that_never_ends) {
  loop in;
  bool over = false;
  std::function<void()> again = [&] {
    if (!over) run_soon(in, again);
  };
  again();
  EXPECT_TRUE(in.poll());
  EXPECT_TRUE(in.wait(base::never_ns));
  over = true;
  while (in.poll()) {
  }
}

TEST(timer, fires_once_with_what_was_set_last) {
  loop in;
  timer clock(in);
  std::vector<int> fired;
  clock.at(base::steady_ns(), [&] { fired.push_back(1); });
  clock.at(base::steady_ns(), [&] { fired.push_back(2); });
  while (fired.empty()) in.wait(base::never_ns);
  while (in.poll()) {
  }
  EXPECT_EQ(fired, std::vector<int>{2});
}

TEST(timer, is_silent_once_cancelled_or_gone_and_may_go_within_its_own_body) {
  loop in;
  bool fired = false;
  timer cancelled(in);
  cancelled.at(base::steady_ns(), [&] { fired = true; });
  cancelled.cancel();
  auto gone = std::make_unique<timer>(in);
  gone->at(base::steady_ns(), [&] { fired = true; });
  gone.reset();
  auto last = std::make_unique<timer>(in);
  last->at(base::steady_ns() + 1, [&] { last.reset(); });
  while (last != nullptr) in.wait(base::never_ns);
  EXPECT_FALSE(fired);
}

} // namespace
} // namespace tempest::net
