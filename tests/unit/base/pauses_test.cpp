#include "runtime/base/pauses.hpp"

#include <gtest/gtest.h>

namespace tempest::base {
namespace {

constexpr std::int64_t s = 1'000'000'000;

TEST(pauses, are_longer_than_the_usual_time_between_two_looks) {
  pauses known;
  for (std::int64_t now = 100 * s; now <= 110 * s; now += s / 2) known.look(now);
  known.look(111 * s);
  EXPECT_EQ(known.within(0), 0);
  known.look(121 * s); // 1 s of it may have been work
  EXPECT_EQ(known.within(105 * s), 9 * s);
}

TEST(pauses, count_only_as_far_as_they_came_after_the_beginning) {
  pauses known;
  known.look(100 * s);
  known.look(111 * s);
  known.look(112 * s);
  EXPECT_EQ(known.within(100 * s), 10 * s);
  EXPECT_EQ(known.within(107 * s), 4 * s) << "begun in the middle of it";
  EXPECT_EQ(known.within(111 * s), 0);
  EXPECT_EQ(known.within(112 * s), 0);
  known.look(116 * s);
  EXPECT_EQ(known.within(100 * s), 13 * s) << "all that came";
  EXPECT_EQ(known.within(111 * s), 3 * s);
}

// Whoever sleeps for ever and again does not grow.
TEST(pauses, of_long_ago_are_forgotten) {
  pauses known;
  for (std::int64_t i = 0; i < 1000; ++i) known.look(1 + i * 2 * s);
  EXPECT_EQ(known.within(0), 64 * s);
}

} // namespace
} // namespace tempest::base
