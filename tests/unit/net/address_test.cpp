// What people write as an address, and who can reach it.
#include "runtime/net/address.hpp"

#include <gtest/gtest.h>

#include <string>

#include "runtime/net/trust.hpp"

namespace tempest::net {
namespace {

TEST(address, is_read_and_written_in_each_of_its_forms) {
  for (const char* text : {"db-1:8765", "127.0.0.1:1", "[::1]:65535", "unix:/run/shop.sock"}) {
    const auto read = parse_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->text(), text);
  }
  EXPECT_EQ(parse_address("[fe80::1]:80")->host, "fe80::1");
  EXPECT_EQ(parse_address("unix:a")->socket_path, "a");
}

TEST(address, is_refused_when_it_is_none) {
  const std::string too_long = "unix:/" + std::string(108, 'x');
  for (const std::string& text :
       {std::string(), std::string("host"), std::string(":1"), std::string("host:"),
        std::string("host:0"), std::string("host:65536"), std::string("host:-1"),
        std::string("host:1x"), std::string("::1:80"), std::string("[::1]"),
        std::string("[host]:80"), std::string("a b:80"), std::string("unix:"), too_long,
        std::string(254, 'x') + ":80"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(address, that_is_none_comes_with_what_to_write) {
  EXPECT_EQ(address_advice("host", "write a host"), "write a host");
  EXPECT_EQ(address_advice("unix:", "write a host"), "the path of the socket follows unix:");
  const std::string longest = "unix:/" + std::string(106, 'x');
  EXPECT_TRUE(parse_address(longest));
  const std::string advice = address_advice(longest + 'x', "write a host");
  EXPECT_NE(advice.find("at most 107 bytes, this one has 108"), std::string::npos) << advice;
}

TEST(address, to_listen_at_may_leave_the_port_open) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0", "unix:/run/shop.sock", "db-1:8765"}) {
    const auto read = parse_listening_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->text(), text);
  }
  EXPECT_FALSE(parse_listening_address("9091"));
  EXPECT_FALSE(parse_listening_address("::1:0"));
  EXPECT_EQ(listening_address("::1", 0)->text(), "[::1]:0");
  EXPECT_EQ(listening_address("[::1]", 7)->text(), "[::1]:7");
  EXPECT_TRUE(listening_address("unix:/run/x", 7)->is_unix());
  EXPECT_FALSE(listening_address("::zz", 7));
  EXPECT_FALSE(listening_address("", 7));
}

TEST(trust, is_needed_beyond_this_host) {
  const trust none;
  trust token, tls, insecure;
  token.token = "secret";
  tls.tls.cert = "cert.pem";
  insecure.insecure = true;
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "unix:/run/x"}) {
    EXPECT_TRUE(may_listen(*listening_address(host, 1), none)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "db-1", "localhost.example.org"}) {
    const address open = *listening_address(host, 1);
    EXPECT_FALSE(may_listen(open, none)) << host;
    for (const trust* enough : {&token, &tls, &insecure}) EXPECT_TRUE(may_listen(open, *enough));
  }
}

TEST(trust, knows_its_token_and_no_other) {
  EXPECT_TRUE(same_token("secret", "secret"));
  for (const char* other : {"", "secre", "secret1", "Secret"}) {
    EXPECT_FALSE(same_token("secret", other)) << other;
  }
}

} // namespace
} // namespace tempest::net
