#include "plugins/redis/stream/message_shape.hpp"

#include <gtest/gtest.h>

namespace redis::stream {
namespace {

// A reply as the parser would record it, with one entry of these texts.
struct recorded {
  reply nodes;
  std::vector<entry> list;

  void add(const char* id, std::initializer_list<std::string_view> texts) {
    entry one;
    one.id = *parse_id(id);
    one.id_node = static_cast<std::uint32_t>(nodes.size());
    text(id);
    one.first_field = static_cast<std::uint32_t>(nodes.size());
    one.fields = static_cast<std::uint32_t>(texts.size() / 2);
    for (const std::string_view each : texts) text(each);
    list.push_back(one);
  }
  void text(std::string_view bytes) {
    nodes.add_text(reply_type::string, bytes.data(), bytes.size());
  }
  std::vector<handed_entry> batch() {
    std::vector<handed_entry> made;
    for (const entry& one : list) made.push_back({made.size() + 1, &one});
    return made;
  }
};

std::string_view view(const tempest_slice& of) {
  return {of.data, of.length};
}

TEST(message_shape, headers_of_many_messages_stay_where_they_are) {
  recorded from;
  for (int i = 0; i < 500; ++i) from.add("1-1", {"a", "1", "payload", "p", "b", "2"});
  message_shape shape({});
  const auto batch = from.batch();
  const auto messages = shape.shape(from.nodes, batch);
  ASSERT_EQ(messages.size(), 500U);
  for (const tempest_source_message& one : messages) {
    ASSERT_EQ(one.header_count, 2U);
    EXPECT_EQ(view(one.headers[0].name), "a");
    EXPECT_EQ(view(one.headers[1].value), "2");
    EXPECT_EQ(view(one.payload), "p");
    EXPECT_EQ(one.key.data, nullptr);
  }
  EXPECT_EQ(messages[3].token, 4U);
}

TEST(message_shape, an_empty_payload_field_is_a_payload) {
  recorded from;
  from.add("1-1", {"payload", "", "payload", "second"});
  message_shape shape({});
  const auto batch = from.batch();
  const auto messages = shape.shape(from.nodes, batch);
  EXPECT_EQ(view(messages[0].payload), "");
  ASSERT_EQ(messages[0].header_count, 1U);
  EXPECT_EQ(view(messages[0].headers[0].value), "second");
  EXPECT_EQ(shape.without_payload(), 0U);
}

TEST(message_shape, json_of_a_batch_is_cut_at_the_right_places) {
  recorded from;
  from.add("1-1", {"b", "1", "a", "2"});
  from.add("2-1", {});
  from.add("3-1", {"x", "y", "x", "z"});
  message_shape shape({.json = true, .payload_field = "", .key_field = "", .prefixes = {}});
  const auto batch = from.batch();
  const auto messages = shape.shape(from.nodes, batch);
  EXPECT_EQ(view(messages[0].payload), R"({"a":"2","b":"1"})");
  EXPECT_EQ(view(messages[1].payload), "{}");
  EXPECT_EQ(view(messages[2].payload), R"({"x":["y","z"]})");
  EXPECT_EQ(messages[2].timestamp_ms, 3);
}

} // namespace
} // namespace redis::stream
