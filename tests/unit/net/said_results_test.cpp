// Who leaves knows how many finished deliveries nobody has heard of.
#include "runtime/net/said_results.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tempest::net {
namespace {

constexpr auto not_asked = []() -> std::uint64_t { throw std::logic_error("asked too soon"); };

TEST(said_results, are_there_once_the_whole_report_is) {
  said_results said;
  said.add(100, 3, not_asked);
  said.add(250, 4, not_asked);
  EXPECT_EQ(said.beyond(0), 7u);
  EXPECT_EQ(said.beyond(99), 7u);
  EXPECT_EQ(said.beyond(100), 4u);
  EXPECT_EQ(said.beyond(249), 4u);
  EXPECT_EQ(said.beyond(250), 0u);
}

TEST(said_results, of_nothing_are_not_remembered) {
  said_results said;
  said.add(100, 0, not_asked);
  EXPECT_EQ(said.remembered(), 0u);
}

TEST(said_results, are_forgotten_when_they_arrived) {
  said_results said;
  std::uint64_t asked = 0;
  constexpr std::uint64_t last = 100'000, on_the_way = 10;
  for (std::uint64_t end = 1; end <= last; ++end) {
    said.add(end, 1, [&] {
      ++asked;
      return end - on_the_way;
    });
  }
  EXPECT_EQ(said.beyond(last - on_the_way), on_the_way);
  EXPECT_LT(said.remembered(), 2'000u);
  EXPECT_LT(asked, 200u);
}

// Over a link that takes nothing it is not asked each time.
TEST(said_results, that_do_not_arrive_are_all_remembered) {
  said_results said;
  std::uint64_t asked = 0;
  for (std::uint64_t end = 1; end <= 100'000; ++end) {
    said.add(end, 1, [&] {
      ++asked;
      return std::uint64_t{0};
    });
  }
  EXPECT_EQ(said.beyond(0), 100'000u);
  EXPECT_LT(asked, 20u);
}

} // namespace
} // namespace tempest::net
