// Asking an [admin]: what comes of it, and what is said when nobody answers as one does.
#include "runtime/admin/client.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "runtime/admin/server.hpp"
#include "runtime/base/error.hpp"
#include "tests/integration/net/certificates.hpp"

namespace tempest::admin {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::unique_ptr<server> serve(const net::trust& trusted = {},
                              milliseconds patience = milliseconds(60'000)) {
  router pages(trusted.token);
  pages.get("/page", [](const request& asked) { return answer{200, asked.query, {}}; });
  pages.get("/long", [](const request&) { return answer{200, std::string(8 << 20, 'x'), {}}; });
  pages.get_later("/never", [](const request&, const reply&) {});
  pages.post_later("/later", [](const request&, const reply& to) {
    std::thread([to] { to([] { return answer{200, "from another thread", {}}; }); }).detach();
  });
  server_settings settings;
  settings.listen = *net::parse_listening_address("127.0.0.1:0");
  settings.trusted = trusted;
  settings.patience = patience;
  return std::make_unique<server>(settings, std::move(pages));
}

client_settings at(const server& whom, const net::trust& trusted = {}) {
  client_settings made;
  made.to = {{"localhost", whom.where().port, {}}, trusted.tls.wanted()};
  made.trusted = trusted;
  return made;
}

std::string failure_of(const client_settings& whom) {
  try {
    return "answered: " + ask(whom, "GET", "/page").body;
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::unavailable);
    return why.what();
  }
}

TEST(a_client, is_answered) {
  const auto server = serve();
  EXPECT_EQ(ask(at(*server), "GET", "/page?x=1").body, "x=1");
  EXPECT_EQ(ask(at(*server), "GET", "/long").body.size(), 8u << 20);
  EXPECT_EQ(ask(at(*server), "POST", "/page").status, 405u);
  EXPECT_EQ(ask(at(*server), "POST", "/later").body, "from another thread");
}

TEST(a_client, tells_the_token) {
  const auto server = serve({"hush", {}, false});
  EXPECT_EQ(ask(at(*server), "GET", "/page").status, 401u);
  EXPECT_EQ(ask(at(*server, {"hush", {}, false}), "GET", "/page").status, 200u);
}

TEST(a_client, shows_a_certificate) {
  const net::authority ours("ours");
  const auto server = serve({{}, ours.issue("localhost"), false});
  EXPECT_EQ(ask(at(*server, {{}, ours.issue("client"), false}), "GET", "/page").status, 200u);
  EXPECT_THAT(failure_of(at(*server)), HasSubstr("begins with https://"));
  const net::authority theirs("theirs");
  EXPECT_THAT(failure_of(at(*server, {{}, theirs.issue("client"), false})),
              HasSubstr("certificate"));
}

TEST(a_client, says_when_nobody_listens) {
  auto server = serve();
  const client_settings whom = at(*server);
  server.reset();
  EXPECT_THAT(failure_of(whom), HasSubstr("nobody answers at http://localhost:"));
  client_settings nowhere;
  nowhere.to = *parse_url("unix:/nowhere/at.sock");
  EXPECT_THAT(failure_of(nowhere), HasSubstr("nobody answers at unix:/nowhere/at.sock: "));
}

TEST(a_client, hears_of_a_run_that_hangs) {
  const auto server = serve({}, milliseconds(200));
  const answer said = ask(at(*server), "GET", "/never");
  EXPECT_EQ(said.status, 503u);
  EXPECT_THAT(said.body, HasSubstr("main loop"));
}

TEST(a_client, does_not_wait_for_ever) {
  const auto server = serve();
  client_settings whom = at(*server);
  whom.patience = milliseconds(200);
  try {
    (void)ask(whom, "GET", "/never");
    ADD_FAILURE() << "it was answered";
  } catch (const base::failure& why) {
    EXPECT_THAT(why.what(), HasSubstr("has not answered within 200 ms"));
  }
}

} // namespace
} // namespace tempest::admin
