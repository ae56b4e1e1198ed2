#include "plugins/redis/list/processing_order.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace redis::list {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using numbers = std::vector<std::uint64_t>;

std::vector<std::size_t> places_of(const processing_order& in, const numbers& which) {
  std::vector<std::size_t> found;
  in.places(which, found);
  return found;
}

TEST(processing_order, places_are_counted_from_the_oldest) {
  processing_order order;
  for (const std::uint64_t one : {3U, 4U, 7U, 9U}) order.append(one);
  EXPECT_THAT(places_of(order, {3, 7}), ElementsAre(0, 2));
  EXPECT_THAT(places_of(order, {4, 5, 9, 10}), ElementsAre(1, 3)) << "others are left out";
  order.erase(numbers{3, 7});
  EXPECT_EQ(order.size(), 2U);
  EXPECT_THAT(places_of(order, {4, 9}), ElementsAre(0, 1));
  order.append(12);
  order.erase(numbers{4, 5, 12});
  EXPECT_THAT(places_of(order, {3, 4, 9, 12}), ElementsAre(0));
  order.clear();
  EXPECT_EQ(order.size(), 0U);
  EXPECT_THAT(places_of(order, {9}), IsEmpty());
}

TEST(processing_order, is_what_a_plain_list_would_be) {
  std::mt19937 dice(1);
  processing_order order;
  numbers plain;
  std::uint64_t next = 0;
  for (int round = 0; round < 2000; ++round) {
    for (auto more = dice() % 20; more > 0; --more) {
      order.append(next);
      plain.push_back(next++);
    }
    numbers gone;
    const auto share = dice() % 4;
    for (const std::uint64_t one : plain) {
      if (share == 0 ? gone.size() < 10 : dice() % 4 < share) gone.push_back(one);
    }
    std::vector<std::size_t> expected;
    for (const std::uint64_t one : gone) {
      expected.push_back(static_cast<std::size_t>(
          std::lower_bound(plain.begin(), plain.end(), one) - plain.begin()));
    }
    ASSERT_EQ(places_of(order, gone), expected);
    order.erase(gone);
    std::erase_if(plain, [&](std::uint64_t one) {
      return std::binary_search(gone.begin(), gone.end(), one);
    });
    ASSERT_EQ(order.size(), plain.size());
  }
}

TEST(cut, what_was_read_first_is_a_prefix) {
  const std::vector<std::size_t> all{0, 1, 2};
  EXPECT_EQ(cut_of(all).prefix, 3U);
  EXPECT_THAT(cut_of(all).rest, IsEmpty());
  const std::vector<std::size_t> holes{0, 1, 3, 7};
  EXPECT_EQ(cut_of(holes).prefix, 2U);
  EXPECT_THAT(cut_of(holes).rest, ElementsAre(3, 7));
  const std::vector<std::size_t> later{1, 2};
  EXPECT_EQ(cut_of(later).prefix, 0U);
  EXPECT_THAT(cut_of(later).rest, ElementsAre(1, 2));
}

} // namespace
} // namespace redis::list
