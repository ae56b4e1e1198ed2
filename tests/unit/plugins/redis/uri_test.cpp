#include "plugins/redis/uri.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis {
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

TEST(uri, asks_for_tls) {
  const endpoint parsed = parse_uri("rediss://bob:pw@example.org/2");
  EXPECT_TRUE(parsed.tls);
  EXPECT_EQ(parsed.address(), "example.org:6379");
  EXPECT_EQ(parsed.database, 2U);
  EXPECT_FALSE(parse_uri("redis://example.org").tls);
}

TEST(uri, names_a_socket_in_the_file_system) {
  const endpoint parsed = parse_uri("redis+unix://bob:p%2fw@/run/my%20redis.sock?db=5");
  EXPECT_EQ(parsed.path, "/run/my redis.sock");
  EXPECT_EQ(parsed.address(), "/run/my redis.sock");
  EXPECT_EQ(parsed.user, "bob");
  EXPECT_EQ(parsed.password, "p/w");
  EXPECT_EQ(parsed.database, 5U);
  EXPECT_FALSE(parsed.tls);
}

TEST(uri, tells_one_account_from_another) {
  const endpoint one = parse_uri("redis://bob:pw@x:1/2");
  EXPECT_TRUE(one.is_same_account(parse_uri("redis://bob:pw@x:1/3")));
  for (const char* other : {"redis://bob:pw@x:2", "redis://bob:pw@y:1", "redis://amy:pw@x:1",
                            "redis://bob:no@x:1", "redis+unix://bob:pw@/x"}) {
    EXPECT_FALSE(one.is_same_account(parse_uri(other))) << other;
  }
}

TEST(uri, says_what_is_wrong) {
  EXPECT_THAT(refusal("http://x"), HasSubstr("redis://"));
  EXPECT_THAT(refusal("redis+unix://"), HasSubstr("path of the socket is missing"));
  EXPECT_THAT(refusal("redis+unix://tmp/x"), HasSubstr("begins with '/'"));
  EXPECT_THAT(refusal("redis+unix:///x%00y"), HasSubstr("zero byte"));
  EXPECT_THAT(refusal("redis+unix:///x?database=1"), HasSubstr("db=NUMBER"));
  EXPECT_THAT(refusal("redis+unix:///x?db=y"), HasSubstr("database"));
  EXPECT_THAT(refusal("redis://x?db=1"), HasSubstr("'?'"));
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
} // namespace redis
