#include "plugins/redis/stream/entries.hpp"

#include <gtest/gtest.h>

#include <string>

namespace redis::stream {
namespace {

// Feeds `bytes` in pieces of `piece` bytes, as a socket might.
reply parsed(std::string_view bytes, std::size_t piece = 4096) {
  reply nodes;
  redisReader* const reader = redisReaderCreateWithFunctions(recording_functions());
  reader->privdata = &nodes;
  void* object = nullptr;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    redisReaderFeed(reader, bytes.data(), std::min(piece, bytes.size()));
    redisReaderGetReply(reader, &object);
  }
  EXPECT_NE(object, nullptr) << "not a whole reply";
  redisReaderFree(reader);
  return nodes;
}

constexpr std::string_view two_entries =
    "*1\r\n*2\r\n$3\r\nkey\r\n*3\r\n"
    "*2\r\n$3\r\n1-0\r\n*4\r\n$1\r\na\r\n$2\r\n\r\n\r\n$1\r\nb\r\n$0\r\n\r\n"
    "*2\r\n$3\r\n1-1\r\n$-1\r\n"
    "*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$3\r\nxyz\r\n";

TEST(entries, are_found_however_the_bytes_arrive) {
  for (const std::size_t piece : {1U, 7U, 4096U}) {
    const reply nodes = parsed(two_entries, piece);
    entries found;
    ASSERT_TRUE(find_read(nodes, found));
    ASSERT_EQ(found.found.size(), 2U);
    const entry& first = found.found[0];
    EXPECT_EQ(first.id, (stream_id{1, 0}));
    EXPECT_EQ(first.fields, 2U);
    EXPECT_EQ(first.bytes, 4U);
    EXPECT_EQ(nodes.text(nodes.at(first.first_field + 1)), "\r\n");
    EXPECT_EQ(nodes.text(nodes.at(first.id_node)), "1-0");
    EXPECT_EQ(nodes.text(nodes.at(found.found[1].first_field + 1)), "xyz");
    ASSERT_EQ(found.deleted.size(), 1U);
    EXPECT_EQ(found.deleted[0], (stream_id{1, 1}));
  }
}

TEST(entries, nil_is_no_entry) {
  entries found;
  EXPECT_TRUE(find_read(parsed("*-1\r\n"), found));
  EXPECT_TRUE(found.found.empty());
}

TEST(entries, another_shape_is_noticed) {
  entries found;
  for (const std::string_view wrong :
       {":1\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*1\r\n$3\r\n1-0\r\n",
        "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$3\r\nabc\r\n*0\r\n",
        "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*1\r\n$1\r\na\r\n",
        "*1\r\n*2\r\n$1\r\nk\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n:1\r\n"}) {
    EXPECT_FALSE(find_read(parsed(wrong), found)) << wrong;
  }
}

TEST(entries, what_is_taken_carries_its_delivery_counts_and_what_was_deleted) {
  entries found;
  ASSERT_TRUE(find_taken(parsed("*2\r\n*3\r\n"
                                "*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"
                                "*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\nc\r\n"
                                "*2\r\n$3\r\n3-0\r\n$-1\r\n"
                                "*2\r\n*2\r\n$3\r\n2-0\r\n:4\r\n*2\r\n$3\r\n3-0\r\n:2\r\n"),
                         found));
  ASSERT_EQ(found.found.size(), 2U);
  EXPECT_EQ(found.found[0].deliveries, 1U);
  EXPECT_EQ(found.found[1].deliveries, 4U);
  EXPECT_EQ(found.deleted, (std::vector<stream_id>{{3, 0}}));
}

TEST(entries, what_is_pending_is_told_in_rows) {
  constexpr std::string_view rows =
      "*2\r\n*4\r\n$3\r\n1-0\r\n$1\r\nc\r\n:9\r\n:3\r\n"
      "*4\r\n$3\r\n2-0\r\n$1\r\nc\r\n:9\r\n:5\r\n";
  std::vector<pending_entry> pending;
  ASSERT_TRUE(find_pending(parsed(rows), pending));
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[1].id, (stream_id{2, 0}));
  EXPECT_EQ(pending[1].deliveries, 5U);
  stream_id cursor;
  ASSERT_TRUE(find_idle(parsed("*2\r\n$3\r\n7-0\r\n" + std::string(rows)), pending, cursor));
  EXPECT_EQ(cursor, (stream_id{7, 0}));
  EXPECT_EQ(pending.size(), 2U);
  EXPECT_FALSE(find_idle(parsed(rows), pending, cursor));
}

TEST(entries, what_is_lost_is_told_sorted) {
  std::vector<stream_id> lost{{9, 9}};
  EXPECT_TRUE(find_lost(parsed("*0\r\n"), lost));
  EXPECT_TRUE(lost.empty());
  EXPECT_TRUE(find_lost(parsed("*2\r\n$3\r\n2-0\r\n$3\r\n1-5\r\n"), lost));
  EXPECT_EQ(lost, (std::vector<stream_id>{{1, 5}, {2, 0}}));
  EXPECT_FALSE(find_lost(parsed(":3\r\n"), lost));
  EXPECT_FALSE(find_lost(parsed("*1\r\n$3\r\nabc\r\n"), lost));
}

TEST(entries, lag_is_that_of_the_own_group) {
  const reply nodes = parsed(
      "*2\r\n*4\r\n$4\r\nname\r\n$1\r\nx\r\n$3\r\nlag\r\n:7\r\n"
      "*6\r\n$4\r\nname\r\n$1\r\ng\r\n$7\r\npending\r\n:2\r\n$3\r\nlag\r\n:9\r\n");
  EXPECT_EQ(find_lag(nodes, "g"), 9);
  EXPECT_EQ(find_lag(nodes, "unknown"), std::nullopt);
  EXPECT_EQ(find_lag(parsed("-ERR no such key\r\n"), "g"), std::nullopt);
}

TEST(reply, gives_back_the_memory_of_a_huge_one) {
  reply nodes = parsed(two_entries);
  EXPECT_GT(nodes.byte_count(), 0U);
  nodes.clear();
  EXPECT_TRUE(nodes.empty());
  EXPECT_EQ(nodes.byte_count(), 0U);
}

} // namespace
} // namespace redis::stream
