#include "runtime/base/utf8.hpp"

#include <gtest/gtest.h>

namespace tempest::base {
namespace {

TEST(utf8, is_told_from_what_only_looks_like_it) {
  for (const char* good :
       {"a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(utf8_length(good), std::string_view(good).size()) << good;
  }
  for (const char* bad :
       {"", "\x80", "\xc0\xaf", "\xc1\x81", "\xc3", "\xc3(", "\xe0\x80\x80", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_EQ(utf8_length(bad), 0u) << testing::PrintToString(bad);
  }
}

TEST(utf8, is_a_matter_of_the_whole_text) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("caf\xc3\xa9"));
  EXPECT_FALSE(is_utf8("caf\xc3"));
  EXPECT_FALSE(is_utf8("\xff then more"));
}

TEST(utf8, is_readable_without_control_characters) {
  EXPECT_TRUE(is_readable(""));
  EXPECT_TRUE(is_readable("one\n\ttwo\r\n caf\xc3\xa9 \xc2\xa0"));
  for (const char* bad : {"\xff", "\x1b[2J", "\x7f", "\x01", "\xc2\x9b", "caf\xc3"}) {
    EXPECT_FALSE(is_readable(bad)) << testing::PrintToString(bad);
  }
  EXPECT_FALSE(is_readable({"\0", 1}));
}

TEST(utf8, is_cut_between_characters) {
  EXPECT_EQ(utf8_prefix("hello", 5), "hello");
  EXPECT_EQ(utf8_prefix("hello", 4), "hell");
  EXPECT_EQ(utf8_prefix("hello", 0), "");
  const std::string_view wide = "a\xf0\x90\x80\x80z";
  EXPECT_EQ(utf8_prefix(wide, 5), wide.substr(0, 5));
  for (const std::size_t most : {2u, 3u, 4u}) EXPECT_EQ(utf8_prefix(wide, most), "a") << most;
  const std::string_view none = "\x80\x80\x80\x80\x80\x80\x80\x80";
  EXPECT_EQ(utf8_prefix(none, 6).size(), 6u) << "there are no characters to cut";
}

TEST(a_line, shows_bytes_that_are_no_text) {
  const std::string text("a\nb\x1b[2J caf\xc3\xa9 \xff\xc3 \"\\", 19);
  EXPECT_EQ(one_line(text), "a\\x0ab\\x1b[2J caf\xc3\xa9 \\xff\\xc3 \"\\");
  EXPECT_EQ(json_line(text), "a\\u000ab\\u001b[2J caf\xc3\xa9 \\\\xff\\\\xc3 \\\"\\\\");
}

} // namespace
} // namespace tempest::base
