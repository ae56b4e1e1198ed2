#include "runtime/net/credit_plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <vector>

namespace tempest::net {
namespace {

using windows = std::vector<std::size_t>;

TEST(divide, small_demands_are_met_and_large_ones_share_the_rest) {
  EXPECT_EQ(divide(100, windows{10, SIZE_MAX, SIZE_MAX}), (windows{10, 45, 45}));
  EXPECT_EQ(divide(100, windows{SIZE_MAX, 10, 40}), (windows{50, 10, 40}));
  EXPECT_EQ(divide(100, windows{1, SIZE_MAX, 1}), (windows{1, 98, 1}));
}

TEST(divide, what_nobody_demands_is_shared_by_all) {
  EXPECT_EQ(divide(100, windows{1}), (windows{100}));
  EXPECT_EQ(divide(100, windows{1, 1}), (windows{50, 50}));
  EXPECT_EQ(divide(100, windows{30, 10}), (windows{60, 40}));
}

TEST(divide, nobody_goes_empty) {
  EXPECT_EQ(divide(2, windows{SIZE_MAX, SIZE_MAX, 1, 5}), (windows{1, 1, 1, 1}));
  EXPECT_EQ(divide(0, windows{3}), (windows{1}));
  EXPECT_TRUE(divide(7, {}).empty());
}

TEST(divide, uses_the_capacity_exactly) {
  for (std::size_t capacity = 5; capacity < 200; ++capacity) {
    const windows made = divide(capacity, windows{3, SIZE_MAX, 17, SIZE_MAX, 1});
    EXPECT_EQ(std::accumulate(made.begin(), made.end(), std::size_t{0}), capacity);
  }
}

// A plan and what it told.
struct planned : testing::Test {
  void turn() {
    plan.tell(now, [&](auto session, std::uint64_t messages, std::uint64_t bytes) {
      told[session] = {messages, bytes};
      ++count;
    });
  }
  void later(std::int64_t ms) {
    now += ms * 1'000'000;
    turn();
  }
  // One session works at full speed for a while: what it may take it takes, and finishes.
  void busy(std::uint64_t session, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      const std::uint64_t some = told[session].first - taken[session];
      plan.received(session, some, 10 * some);
      turn();
      plan.finished(session, some, 10 * some);
      taken[session] += some;
      later(1);
    }
  }
  [[nodiscard]] std::uint64_t window(std::uint64_t session) {
    return told[session].first - taken[session];
  }

  credit_plan plan{1000};
  std::int64_t now = 1;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> told;
  std::map<std::uint64_t, std::uint64_t> taken;
  int count = 0;
};

TEST_F(planned, one_session_gets_all) {
  plan.capacity(100);
  plan.join(1);
  turn();
  EXPECT_EQ(told[1], (std::pair<std::uint64_t, std::uint64_t>{100, 1000}));
  plan.received(1, 60, 600);
  turn();
  EXPECT_EQ(told[1].first, 100u);
  plan.finished(1, 50, 500);
  turn();
  EXPECT_EQ(told[1], (std::pair<std::uint64_t, std::uint64_t>{150, 1500}));
}

TEST_F(planned, sessions_share_and_inherit) {
  plan.capacity(100);
  plan.join(1);
  plan.join(2);
  turn();
  EXPECT_EQ(window(1), 50u);
  EXPECT_EQ(window(2), 50u);
  plan.leave(1);
  turn();
  EXPECT_EQ(window(2), 100u);
  plan.finished(1, 7, 7); // late: nobody's
  turn();
  EXPECT_EQ(window(2), 100u);
}

TEST_F(planned, credit_moves_to_the_busy_and_back) {
  plan.capacity(100);
  plan.join(1);
  plan.join(2);
  turn();
  busy(1, 500);
  EXPECT_EQ(window(1), 99u);
  EXPECT_EQ(window(2), 1u);
  busy(2, 1); // takes its one message
  EXPECT_GE(window(2), 44u);
  busy(2, 500);
  EXPECT_EQ(window(2), 99u);
  EXPECT_EQ(window(1), 1u);
}

TEST_F(planned, two_busy_ones_share_equally) {
  plan.capacity(100);
  plan.join(1);
  plan.join(2);
  turn();
  for (int i = 0; i < 300; ++i) {
    busy(1, 1);
    busy(2, 1);
  }
  EXPECT_EQ(window(1), 50u);
  EXPECT_EQ(window(2), 50u);
}

// Far away most deliveries are on their way and few in hand: that is no lack of work.
TEST_F(planned, a_long_way_is_not_idleness) {
  plan.capacity(100);
  plan.join(1);
  plan.join(2);
  turn();
  for (int i = 0; i < 3000; ++i) { // 50 each ms, one by one
    plan.received(1, 1, 1);
    plan.finished(1, 1, 1);
    ++taken[1];
    if (i % 10 == 0) later(1);
  }
  busy(2, 200);
  for (int i = 0; i < 3000; ++i) {
    plan.received(1, 1, 1);
    plan.finished(1, 1, 1);
    ++taken[1];
    if (i % 10 == 0) busy(2, 1);
  }
  EXPECT_GE(window(1), 40u);
}

TEST_F(planned, credit_goes_down_with_the_capacity) {
  plan.capacity(100);
  plan.join(1);
  turn();
  plan.capacity(10);
  turn();
  EXPECT_EQ(told[1].first, 10u);
  plan.capacity(200);
  turn();
  EXPECT_EQ(told[1].first, 200u);
}

TEST_F(planned, small_changes_wait_but_never_the_last_credit) {
  plan.capacity(100);
  plan.join(1);
  turn();
  const int before = count;
  for (int i = 0; i < 96; ++i) {
    plan.received(1, 1, 1);
    plan.finished(1, 1, 1);
    turn();
  }
  EXPECT_EQ(count - before, 8); // 12 each
  plan.capacity(1);
  for (int i = 0; i < 10; ++i) {
    plan.received(1, 1, 1);
    plan.finished(1, 1, 1);
    turn();
    EXPECT_EQ(told[1].first, 98u + static_cast<unsigned>(i));
  }
}

TEST_F(planned, bytes_are_told_though_messages_stay) {
  plan.capacity(1000);
  plan.join(1);
  turn();
  plan.received(1, 1, 900);
  plan.finished(1, 1, 900);
  turn();
  EXPECT_EQ(told[1].second, 1900u);
}

TEST_F(planned, a_closed_plan_takes_its_credit_back) {
  plan.capacity(100);
  plan.join(1);
  turn();
  plan.received(1, 30, 300);
  plan.close();
  turn();
  EXPECT_EQ(told[1], (std::pair<std::uint64_t, std::uint64_t>{30, 300}));
  plan.finished(1, 30, 300);
  turn();
  EXPECT_EQ(told[1].first, 30u);
}

TEST_F(planned, a_plan_that_pauses_gives_its_credit_again) {
  plan.capacity(100);
  plan.join(1);
  turn();
  plan.received(1, 30, 300);
  plan.pause(true);
  turn();
  EXPECT_EQ(told[1], (std::pair<std::uint64_t, std::uint64_t>{30, 300}));
  plan.pause(false);
  turn();
  EXPECT_EQ(told[1].first, 100u);
}

} // namespace
} // namespace tempest::net
