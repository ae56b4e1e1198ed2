#include "plugins/redis/uri.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis_stream {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal(std::string_view uri) {
  try {
    (void)parse_uri(uri);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(uri, names_host_port_database_user_and_password) {
  const endpoint parsed = parse_uri("redis://bob:s%40cret%3A@example.org:7000/3");
  EXPECT_EQ(parsed.host, "example.org");
  EXPECT_EQ(parsed.port, 7000);
  EXPECT_EQ(parsed.database, 3U);
  EXPECT_EQ(parsed.user, "bob");
  EXPECT_EQ(parsed.password, "s@cret:");
  EXPECT_TRUE(parsed.has_password);
  EXPECT_EQ(parsed.address(), "example.org:7000");
}

TEST(uri, has_defaults) {
  const endpoint parsed = parse_uri("redis://localhost/");
  EXPECT_EQ(parsed.port, 6379);
  EXPECT_EQ(parsed.database, 0U);
  EXPECT_FALSE(parsed.has_password);
}

TEST(uri, takes_a_password_without_user_and_an_ipv6_address) {
  const endpoint parsed = parse_uri("redis://:pw@[::1]:6380");
  EXPECT_EQ(parsed.user, "");
  EXPECT_EQ(parsed.password, "pw");
  EXPECT_EQ(parsed.host, "::1");
  EXPECT_EQ(parsed.address(), "[::1]:6380");
}

TEST(uri, says_what_is_wrong) {
  EXPECT_THAT(refusal("http://x"), HasSubstr("redis://"));
  EXPECT_THAT(refusal("rediss://x"), HasSubstr("TLS"));
  EXPECT_THAT(refusal("redis://"), HasSubstr("host is missing"));
  EXPECT_THAT(refusal("redis://x:70000"), HasSubstr("port"));
  EXPECT_THAT(refusal("redis://x:"), HasSubstr("port"));
  EXPECT_THAT(refusal("redis://x/abc"), HasSubstr("database"));
  EXPECT_THAT(refusal("redis://::1:6379"), HasSubstr("brackets"));
  EXPECT_THAT(refusal("redis://[::1"), HasSubstr("']'"));
}

TEST(uri, never_repeats_a_secret) {
  EXPECT_THAT(refusal("redis://bob:hunter2%zz@x:1"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal("redis://bob:hunter2@x:99999"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal("redis://hunter2@x"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal("http://bob:hunter2@x"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal("redis://bob:hunter2/7@x:y"), Not(HasSubstr("hunter2")));
}

} // namespace
} // namespace redis_stream
