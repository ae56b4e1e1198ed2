#include "plugins/redis/json_text.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

using namespace std::string_view_literals;

std::string value(std::string_view bytes) {
  std::string out;
  append_json_value(out, bytes);
  return out;
}

TEST(json_text, escapes_what_json_wants_escaped) {
  EXPECT_EQ(value("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(value("\0"sv), R"("\u0000")");
  EXPECT_EQ(value("gr\xC3\xBC\xC3\x9F"), "\"gr\xC3\xBC\xC3\x9F\"");
}

TEST(json_text, keeps_bytes_that_are_no_text) {
  EXPECT_EQ(value("\xFF\x00\x01"sv), R"({"$base64":"/wAB"})");
  std::string name;
  append_json_name(name, "\xFF");
  EXPECT_EQ(name, R"("$base64:/w==")");
}

TEST(json_text, knows_utf8) {
  for (const std::string_view good : {""sv, "abc"sv, "\xF0\x9F\x98\x80"sv, "\xEF\xBF\xBF"sv}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80"sv, "\xC0\xAF"sv, "\xED\xA0\x80"sv, "\xF5\x80\x80\x80"sv,
                                     "\xE2\x82"sv, "\xF0\x80\x80\x80"sv, "\xE0\x80\x80"sv}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(json_text, base64_goes_there_and_back) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    std::string text;
    append_base64(text, bytes);
    std::string back;
    ASSERT_TRUE(decode_base64(text, back));
    ASSERT_EQ(back, bytes);
    bytes += static_cast<char>(i);
  }
  std::string back;
  EXPECT_FALSE(decode_base64("abc", back));
  EXPECT_FALSE(decode_base64("ab!=", back));
}

} // namespace
} // namespace redis
