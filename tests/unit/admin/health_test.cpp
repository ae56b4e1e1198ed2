// How a process is, in words: with the board that it is written on, and without sockets.
#include "runtime/admin/health_board.hpp"

#include <gmock/gmock.h>

namespace tempest::admin {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(health_of_nothing, is_well) {
  EXPECT_TRUE(health{}.well());
  EXPECT_EQ(all_lines({}, 0), "");
}

TEST(health_in_words, names_each_check_and_what_is_wrong) {
  const health sick{{{"source mock", "", 0}, {"task split", "no worker", 5 * second}}};
  EXPECT_FALSE(sick.well());
  EXPECT_EQ(failed_lines(sick, 36 * second), "task split: no worker for 31 s\n");
  EXPECT_EQ(all_lines(sick, 36 * second), "[+]source mock ok\n[-]task split: no worker for 31 s\n");
  const health sound{{{"source mock", "", 0}}};
  EXPECT_TRUE(sound.well());
  EXPECT_EQ(failed_lines(sound, 0), "");
}

TEST(health_in_words, keeps_the_reasons_of_plugins_to_a_line) {
  const health sick{{{"sink out", "it said:\n[+]sink out ok\x1b", 0}}};
  EXPECT_EQ(failed_lines(sick, 0), "sink out: it said:\\x0a[+]sink out ok\\x1b for 0 s\n");
}

TEST(health_in_words, knows_no_time_before_the_trouble) {
  EXPECT_EQ(failed_lines({{{"a", "b", 9 * second}}}, 0), "a: b for 0 s\n");
}

TEST(a_health_board, knows_of_nothing_good_at_first) {
  health_board board;
  const auto source = board.add("source", "it starts", 3 * second);
  EXPECT_EQ(failed_lines(board.read(), 4 * second), "source: it starts for 1 s\n");
  board.well(source);
  EXPECT_TRUE(board.read().well());
}

TEST(a_health_board, counts_from_when_the_trouble_began) {
  health_board board;
  const auto first = board.add("first", "", 0);
  const auto second_one = board.add("second", "", 0);
  board.trouble(first, "slow", 10 * second);
  board.trouble(first, "slower", 20 * second);
  EXPECT_EQ(failed_lines(board.read(), 30 * second), "first: slower for 20 s\n");
  board.well(first);
  board.trouble(first, "slow again", 25 * second);
  board.trouble(second_one, "too", 29 * second);
  EXPECT_EQ(failed_lines(board.read(), 30 * second),
            "first: slow again for 5 s\nsecond: too for 1 s\n");
}

} // namespace
} // namespace tempest::admin
