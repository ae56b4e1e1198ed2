// A limit that is reached is said once each time.
#include "runtime/service/limit_notice.hpp"

#include <gtest/gtest.h>

namespace tempest::service {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(a_limit_notice, is_given_once_while_the_limit_comes_and_goes) {
  limit_notice notice;
  EXPECT_FALSE(notice.tell(false, 1 * second));
  EXPECT_TRUE(notice.tell(true, 2 * second));
  EXPECT_FALSE(notice.tell(true, 3 * second));
  EXPECT_FALSE(notice.tell(false, 4 * second));
  EXPECT_FALSE(notice.tell(true, 62 * second));
  EXPECT_FALSE(notice.tell(true, 121 * second)) << "it never was over for a while";
}

TEST(a_limit_notice, is_given_again_once_it_was_over_for_a_while) {
  limit_notice notice;
  EXPECT_TRUE(notice.tell(true, 2 * second));
  EXPECT_FALSE(notice.tell(false, 30 * second));
  EXPECT_TRUE(notice.tell(true, 2 * second + limit_notice::over_after_ns));
}

} // namespace
} // namespace tempest::service
