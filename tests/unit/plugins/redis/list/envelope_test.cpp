#include "plugins/redis/list/envelope.hpp"

#include <gmock/gmock.h>

namespace redis::list {
namespace {

using testing::ElementsAre;
using testing::Pair;

using namespace std::string_literals;

TEST(envelope, is_read_back_as_it_was) {
  const envelope made{"p\0\xFF"s, "k", {{"h", "1"}, {"\xFE"s, "\xFF"s}, {"h", ""}}, 7};
  const auto read = read_envelope(write_envelope(made));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload, made.payload);
  EXPECT_EQ(read->key, "k");
  EXPECT_EQ(read->headers, made.headers);
  EXPECT_EQ(read->timestamp_ms, 7);
}

TEST(envelope, is_made_to_be_read_by_people) {
  EXPECT_EQ(write_envelope({"say \"hi\"", "k", {{"h", "1"}}, 5}),
            R"({"headers":[{"name":"h","value":"1"}],"key":"k","payload":"say \"hi\"",)"
            R"("timestamp_ms":5})");
  EXPECT_EQ(write_envelope({"\xFF"s, {}, {}, 0}), R"({"payload_base64":"/w=="})");
}

TEST(envelope, other_members_are_passed_over) {
  const auto read = read_envelope(R"({"payload":"p","more":[{"x":[1]}],"timestamp_ms":"soon"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->payload, "p");
  EXPECT_EQ(read->key, std::nullopt);
  EXPECT_EQ(read->timestamp_ms, 0);
}

TEST(envelope, what_is_none_is_told_apart) {
  for (const std::string& text :
       {""s, "plain"s, "[]"s, "7"s, "{}"s, R"({"key":"k"})"s, R"({"payload":7})"s,
        R"({"payload_base64":"?"})"s, R"({"payload":"p","headers":7})"s,
        R"({"payload":"p","headers":[{"name":"n"}]})"s, "{\"payload\":\"\xFF\"}"s,
        R"({"payload":"p","deep":)" + std::string(100'000, '[')}) {
    EXPECT_FALSE(read_envelope(text)) << text.substr(0, 60);
  }
}

} // namespace
} // namespace redis::list
