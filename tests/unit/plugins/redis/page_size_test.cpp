#include "plugins/redis/page_size.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace redis {
namespace {

constexpr std::size_t plenty = std::size_t{1} << 40;
constexpr std::size_t large = page_size::least_bytes * 16;

TEST(page_size, begins_small_and_at_most_doubles) {
  page_size asks(1000);
  std::size_t before = asks.count(plenty, plenty);
  EXPECT_EQ(before, page_size::first);
  for (int i = 0; i < 10; ++i) {
    asks.saw(before, 100);
    const std::size_t now = asks.count(plenty, plenty);
    EXPECT_EQ(now, std::min<std::size_t>(before * 2, 1000));
    before = now;
  }
}

TEST(page_size, keeps_to_the_room_and_asks_for_one_at_least) {
  page_size asks(1000);
  EXPECT_EQ(asks.count(3, plenty), 3U);
  EXPECT_EQ(asks.count(plenty, 5 * page_size::least_bytes), 5U);
  EXPECT_EQ(asks.count(plenty, 1), 1U);
}

TEST(page_size, does_not_trust_small_entries_to_stay_small) {
  page_size asks(1000);
  for (int i = 0; i < 10; ++i) asks.saw(1000, 1);
  EXPECT_EQ(asks.count(plenty, 100 * page_size::least_bytes), 100U);
  EXPECT_TRUE(asks.small());
}

TEST(page_size, bounds_a_page_of_large_entries_whatever_the_room) {
  page_size asks(1000);
  asks.saw(1000, large);
  EXPECT_EQ(asks.count(plenty, plenty), page_size::page_bytes / large);
  asks.saw(1000, page_size::page_bytes * 2);
  EXPECT_EQ(asks.count(plenty, plenty), 1U);
}

TEST(page_size, is_taught_by_one_large_entry_and_forgets_it_slowly) {
  page_size asks(1000);
  asks.saw(1000, 100);
  asks.saw(1000, large);
  EXPECT_EQ(asks.count(plenty, 4 * large), 4U);
  EXPECT_FALSE(asks.small());
  asks.saw(4, 100);
  EXPECT_EQ(asks.count(plenty, 4 * large), 4U);
  EXPECT_FALSE(asks.small());
  for (int i = 0; i < 100; ++i) asks.saw(1000, 100);
  EXPECT_TRUE(asks.small());
}

} // namespace
} // namespace redis
