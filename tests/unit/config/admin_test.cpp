// [admin] and [admin.task]: where a process tells how it is, and whom.
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

TEST(admin, is_off_by_default) {
  const auto [made, found] = read(with(""));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.admin.topology.address, "");
  EXPECT_EQ(made.admin.task.address, "");
}

TEST(admin, takes_its_keys) {
  const auto [made, found] =
      read(with("auth_token = 'of the topology'\n"
                "[admin]\nlisten = '${HOST}:1'\nauth_token = 'hush'\ninsecure = true\n"
                "[admin.tls]\ncert = 'a.crt'\nkey = '/k/a.key'\nca = 'ca.crt'\n"
                "[admin.task]\nlisten = 'unix:/t'\n"));
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.admin.topology.address, "redis:1");
  EXPECT_EQ(made.admin.topology.where.line, 4);
  EXPECT_EQ(made.admin.task.address, "unix:/t");
  EXPECT_EQ(made.admin.task.where.line, 12);
  EXPECT_EQ(made.admin.auth_token, "hush");
  EXPECT_TRUE(made.admin.insecure);
  EXPECT_EQ(made.admin.tls_cert, "/app/a.crt");
  EXPECT_EQ(made.admin.tls_where.line, 7);
  EXPECT_EQ(made.network.auth_token, "of the topology");
  EXPECT_FALSE(made.network.insecure);
  EXPECT_EQ(made.network.tls_cert, "");
}

TEST(admin, is_set_from_the_command_line) {
  const auto [made, found] =
      read(with(""), {{"admin.listen", "[::1]:0"}, {"admin.task.listen", "localhost:2"}});
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(made.admin.topology.address, "[::1]:0");
  EXPECT_EQ(made.admin.topology.where.file, "--set admin.listen");
  EXPECT_EQ(made.admin.task.address, "localhost:2");
}

TEST(admin, says_what_is_wrong_with_its_place) {
  EXPECT_THAT(
      read(with("[admin]\nlisten = ''\nlisen = 1\n[admin.task]\nlisten = 9091\nport = 1")).found,
      ElementsAre("T.toml:3:1: error: listen of [admin] is empty (remove it, or write "
                  "HOST:PORT)",
                  "T.toml:6:1: error: listen of [admin.task] must be a string, not an "
                  "integer",
                  "T.toml:7:1: error: unknown key 'port' in [admin.task] (known here: "
                  "listen)",
                  "T.toml:4:1: error: unknown key 'lisen' in [admin] (did you mean "
                  "'listen'?)"));
  EXPECT_THAT(read(with("[admin.tls]\ncert = 'a'\nkey = 'b'")).found,
              ElementsAre("T.toml:2:1: error: [admin.tls] has no ca (it needs cert, key and ca, "
                          "each a file in PEM form: both sides verify)"));
  EXPECT_THAT(read(with("admin = 9091")).found,
              ElementsAre("T.toml:2:1: error: admin of the top level must be a table, not an "
                          "integer"));
}

// With these it would listen and let nobody in.
TEST(admin, refuses_a_token_that_no_request_can_carry) {
  const auto fault_of = [](const std::string& token) {
    return read(with("[admin]\nlisten = 'a:1'\nauth_token = \"" + token + "\"")).found;
  };
  EXPECT_THAT(
      fault_of("hunter2\\n"),
      ElementsAre("T.toml:4:1: error: auth_token of [admin] ends with a newline: no request "
                  "can carry that, so everybody would be refused (write the secret without "
                  "it; printf makes a file without the newline that echo adds)"));
  EXPECT_THAT(fault_of("hunter2 "), ElementsAre(HasSubstr("ends with a blank")));
  EXPECT_THAT(fault_of(" hunter2"), ElementsAre(HasSubstr("begins with a blank")));
  for (const char* control : {"hun\\tter2", "hun\\nter2", "hunter2\\u007f", "\\u0001hunter2"}) {
    EXPECT_THAT(fault_of(control), ElementsAre(HasSubstr("has a control character in it")));
  }
  for (const char* fine : {"hunter 2", "hunt\u00e9r", ""}) EXPECT_THAT(fault_of(fine), IsEmpty());
}

TEST(admin, never_repeats_the_secret) {
  const auto found = read(with("[admin]\nauth_token = ['hunter2']")).found;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found, Each(Not(HasSubstr("hunter2"))));
}

} // namespace
} // namespace tempest::config
