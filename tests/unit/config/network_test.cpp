// host, port, auth_token, insecure, [tls] and no_worker_timeout.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string with(const std::string& lines) {
  return whole("name = 'x'\n" + lines);
}

TEST(network, is_this_host_by_default) {
  const auto [made, found] = read(with(""));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.network.host, "127.0.0.1");
  EXPECT_EQ(made.network.port, 8765);
  EXPECT_EQ(made.network.where.line, 0);
  EXPECT_EQ(made.network.auth_token, "");
  EXPECT_FALSE(made.network.insecure);
  EXPECT_EQ(made.network.tls_cert, "");
  EXPECT_EQ(made.limit.no_worker_timeout, milliseconds(30000));
}

TEST(network, takes_its_keys) {
  const auto [made, found] =
      read(with("port = 0\nhost = '${HOST}'\nauth_token = 'hush'\ninsecure = true\n"
                "[topology]\nno_worker_timeout = '2m'\n"
                "[tls]\ncert = 'a.crt'\nkey = '/k/a.key'\nca = 'ca.crt'\n"));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.network.host, "redis");
  EXPECT_EQ(made.network.port, 0);
  EXPECT_EQ(made.network.where.line, 3); // of the host
  EXPECT_EQ(made.network.auth_token, "hush");
  EXPECT_TRUE(made.network.insecure);
  EXPECT_EQ(made.network.tls_cert, "/app/a.crt");
  EXPECT_EQ(made.network.tls_key, "/k/a.key");
  EXPECT_EQ(made.network.tls_ca, "/app/ca.crt");
  EXPECT_EQ(made.limit.no_worker_timeout, milliseconds(120000));
}

TEST(network, is_set_from_the_command_line) {
  const auto [made, found] = read(with("port = 1"), {{"port", "9000"}, {"host", "::1"}});
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.network.port, 9000);
  EXPECT_EQ(made.network.host, "::1");
  EXPECT_EQ(made.network.where.file, "--set host");
}

TEST(network, says_what_is_wrong_with_its_place) {
  EXPECT_THAT(read(with("host = ''")).found,
              ElementsAre("T.toml:2:1: error: host of the top level is empty (write an address of "
                          "this host, or unix:/path)"));
  EXPECT_THAT(
      read(with("port = 65536")).found,
      ElementsAre("T.toml:2:1: error: port of the top level is 65536; it must be from 0 to 65535"));
  EXPECT_THAT(
      read(with("insecure = 'yes'")).found,
      ElementsAre(
          "T.toml:2:1: error: insecure of the top level must be true or false, not a string"));
  EXPECT_THAT(read(with("[topology]\nno_worker_timeout = 0")).found,
              ElementsAre("T.toml:3:1: error: no_worker_timeout of [topology] is 0 ms; it must be "
                          "from 1 ms to a year"));
}

TEST(network, wants_all_of_tls) {
  const auto found = read(with("[tls]\ncert = 'a'\nkey = ''\nkeys = 'b'\n")).found;
  EXPECT_THAT(found, ElementsAre("T.toml:4:1: error: key of [tls] is empty",
                                 "T.toml:2:1: error: [tls] has no ca (it needs cert, key and ca, "
                                 "each a file in PEM form: both sides verify)",
                                 "T.toml:5:1: error: unknown key 'keys' in [tls] (did you mean "
                                 "'key'?)"));
}

TEST(network, never_repeats_the_secret) {
  for (const std::string& line : {std::string("auth_token = ['hunter2']"),
                                  "auth_token = 'hunter2" + std::string(1024, 'x') + "'",
                                  std::string("auth_token = \"hunter2\\u0000\"")}) {
    const auto [made, found] = read(with(line));
    ASSERT_EQ(found.size(), 1u) << line;
    EXPECT_THAT(found, Each(Not(HasSubstr("hunter2"))));
    EXPECT_THAT(found[0], HasSubstr("T.toml:2:1: error: auth_token"));
    EXPECT_EQ(made.network.auth_token, "");
  }
}

} // namespace
} // namespace tempest::config
