// What is taken for the place of an [admin].
#include "runtime/admin/url.hpp"

#include <gtest/gtest.h>

namespace tempest::admin {
namespace {

std::string read(const std::string& text) {
  const auto made = parse_url(text);
  return made ? made->text() : "none";
}

TEST(a_url, is_taken_in_each_form) {
  EXPECT_EQ(read("http://a:1"), "http://a:1");
  EXPECT_EQ(read("http://a:1/"), "http://a:1");
  EXPECT_EQ(read("https://a:1"), "https://a:1");
  EXPECT_EQ(read("a:1"), "http://a:1");
  EXPECT_EQ(read("http://a"), "http://a:80");
  EXPECT_EQ(read("https://a/"), "https://a:443");
  EXPECT_EQ(read("http://[::1]:1"), "http://[::1]:1");
  EXPECT_EQ(read("https://[::1]"), "https://[::1]:443");
  EXPECT_EQ(read("unix:/run/a.sock"), "unix:/run/a.sock");
}

TEST(a_url, is_nothing_else) {
  for (const char* text : {"", "a", "http://", "http:///", "http://a:1/api", "ftp://a:1", "a:0",
                           "a:99999", "http://a:b", "http://unix:/run/a.sock", "http://a:1?x"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

} // namespace
} // namespace tempest::admin
