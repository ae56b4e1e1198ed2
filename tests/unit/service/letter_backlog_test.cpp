// When dead letters that wait are news.
#include "runtime/service/letter_backlog.hpp"

#include <gtest/gtest.h>

namespace tempest::service {
namespace {

using news = letter_backlog::news;
constexpr std::int64_t second = 1'000'000'000;

TEST(letter_backlog, is_told_once_when_it_begins_to_hold_up_the_source_and_once_when_it_is_over) {
  letter_backlog some;
  some.queued(6, 10 * second);
  EXPECT_EQ(some.look(true, 10, 11 * second - 1), news::none) << "the sink may be slow";
  EXPECT_EQ(some.look(true, 10, 11 * second), news::holds_up);
  EXPECT_TRUE(some.holds_up());
  EXPECT_EQ(some.none_since_ns(), 10 * second);
  some.answered(1, 12 * second);
  EXPECT_EQ(some.look(true, 10, 20 * second), news::none) << "the same time still";
  some.answered(4, 21 * second);
  EXPECT_EQ(some.look(false, 6, 21 * second), news::over);
  EXPECT_EQ(some.waiting(), 1u);
  EXPECT_EQ(some.look(false, 6, 22 * second), news::none);
}

TEST(letter_backlog, is_no_news_while_the_source_is_read_or_others_take_the_room) {
  letter_backlog some;
  some.queued(6, 0);
  EXPECT_EQ(some.look(false, 10, 5 * second), news::none);
  EXPECT_EQ(some.look(true, 13, 5 * second), news::none);
  EXPECT_EQ(some.look(true, 12, 5 * second), news::holds_up);
}

TEST(letter_backlog, is_no_news_while_letters_are_written) {
  letter_backlog some;
  some.queued(6, 0);
  for (std::int64_t now = 0; now < 10 * second; now += second / 2) {
    some.queued(1, now);
    some.answered(1, now);
    EXPECT_EQ(some.look(true, 6, now + second / 2), news::none);
  }
  some.answered(6, 10 * second);
  some.queued(6, 20 * second); // the first that waits begins anew
  EXPECT_EQ(some.look(true, 6, 20 * second), news::none);
}

} // namespace
} // namespace tempest::service
