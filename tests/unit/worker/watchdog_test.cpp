#include "runtime/worker/watchdog.hpp"

#include <gtest/gtest.h>

namespace tempest::worker {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(watchdog, warns_once_and_then_at_growing_intervals) {
  watchdog dog(10 * second);
  const engine::begun slow{{1, 1}, 0};
  const auto warned = [&](std::int64_t at_s) {
    return !dog.look(0, {&slow, 1}, at_s * second).empty();
  };
  EXPECT_FALSE(warned(9));
  EXPECT_TRUE(warned(10));
  EXPECT_FALSE(warned(11));
  EXPECT_FALSE(warned(19));
  EXPECT_TRUE(warned(20));
  EXPECT_FALSE(warned(39));
  EXPECT_TRUE(warned(40));
}

TEST(watchdog, forgets_what_ended_and_can_be_off) {
  watchdog dog(10 * second);
  const engine::begun slow{{1, 1}, 0};
  EXPECT_EQ(dog.look(0, {&slow, 1}, 10 * second).size(), 1u);
  EXPECT_TRUE(dog.look(0, {}, 11 * second).empty());
  EXPECT_EQ(dog.look(0, {&slow, 1}, 12 * second).size(), 1u); // another one that looks the same
  watchdog off(0);
  EXPECT_TRUE(off.look(0, {&slow, 1}, 1000 * second).empty());
}

} // namespace
} // namespace tempest::worker
