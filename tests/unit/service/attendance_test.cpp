#include "runtime/service/attendance.hpp"

#include <gmock/gmock.h>

namespace tempest::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(attendance, is_complete_once_every_task_has_a_worker) {
  attendance book(2, 100, 0);
  EXPECT_FALSE(book.complete());
  EXPECT_TRUE(book.came(1, 2));
  EXPECT_FALSE(book.came(1, 1)); // one more changes nothing
  EXPECT_THAT(book.absent(), ElementsAre(0u));
  EXPECT_TRUE(book.came(0, 1));
  EXPECT_TRUE(book.complete());
  EXPECT_EQ(book.workers(1), 3u);
}

TEST(attendance, ends_with_the_last_worker) {
  attendance book(1, 100, 0);
  book.came(0, 2);
  book.came(0, 1);
  EXPECT_FALSE(book.went(0, 2, 10));
  EXPECT_TRUE(book.complete());
  EXPECT_TRUE(book.went(0, 1, 20));
  EXPECT_FALSE(book.complete());
}

TEST(attendance, tells_who_is_overdue_once_an_absence) {
  attendance book(2, 100, 0);
  book.came(0, 1);
  EXPECT_THAT(book.overdue(99), IsEmpty());
  EXPECT_THAT(book.overdue(100), ElementsAre(1u));
  EXPECT_THAT(book.overdue(500), IsEmpty());
  book.came(1, 1);
  book.went(1, 1, 600);
  book.went(0, 1, 650);
  EXPECT_THAT(book.overdue(699), IsEmpty());
  EXPECT_THAT(book.overdue(700), ElementsAre(1u));
  EXPECT_THAT(book.overdue(750), ElementsAre(0u));
}

TEST(attendance, knows_who_was_never_here) {
  attendance book(2, 100, 0);
  book.came(1, 1);
  book.went(1, 1, 10);
  EXPECT_THAT(book.never_here(), ElementsAre(0u));
  book.came(0, 1);
  EXPECT_THAT(book.never_here(), IsEmpty());
}

TEST(attendance, misses_at_once_who_has_not_come_and_later_only_beyond_the_timeout) {
  attendance book(2, 100, 5);
  book.came(0, 1);
  EXPECT_EQ(book.missed_since(0, 10), std::nullopt);
  EXPECT_EQ(book.missed_since(1, 10), 5);
  book.went(0, 1, 20);
  EXPECT_EQ(book.missed_since(0, 21), 20) << "not all have come yet";
  book.came(0, 1);
  book.came(1, 1);
  book.went(1, 1, 1000);
  EXPECT_EQ(book.missed_since(1, 1099), std::nullopt);
  EXPECT_EQ(book.missed_since(1, 1100), 1000);
  book.came(1, 1);
  EXPECT_EQ(book.missed_since(1, 2000), std::nullopt);
}

} // namespace
} // namespace tempest::service
