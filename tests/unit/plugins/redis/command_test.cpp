#include "plugins/redis/command.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

TEST(command, is_written_as_the_server_reads_it) {
  std::string out;
  command(out, 4).text("XACK").text("a b").number(-12).id({1, 2});
  EXPECT_EQ(out, "*4\r\n$4\r\nXACK\r\n$3\r\na b\r\n$3\r\n-12\r\n$3\r\n1-2\r\n");
}

TEST(command, carries_any_bytes) {
  using namespace std::string_view_literals;
  std::string out;
  append_command(out, "A"sv, "\r\n\0x"sv, ""sv);
  EXPECT_EQ(out, "*3\r\n$1\r\nA\r\n$4\r\n\r\n\0x\r\n$0\r\n\r\n"sv);
}

TEST(stream_id, is_read_and_written) {
  EXPECT_EQ(parse_id("12-7"), (stream_id{12, 7}));
  EXPECT_EQ(parse_id("12"), (stream_id{12, 0}));
  EXPECT_EQ((stream_id{18446744073709551615U, 18446744073709551615U}).text(),
            "18446744073709551615-18446744073709551615");
  for (const char* wrong : {"", "-", "a", "1-", "1-b", "1-2x", "-1", "18446744073709551616"}) {
    EXPECT_EQ(parse_id(wrong), std::nullopt) << wrong;
  }
}

TEST(stream_id, is_ordered_by_time_then_sequence) {
  EXPECT_LT((stream_id{1, 9}), (stream_id{2, 0}));
  EXPECT_LT((stream_id{2, 0}), (stream_id{2, 1}));
}

} // namespace
} // namespace redis
