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

// Tells three events, one after the other, and then what it is asked for.
class events final : public answer_stream {
 public:
  explicit events(const request& asked)
      : ends_(asked.asks_for("ends")), falls_silent_(asked.asks_for("falls_silent")) {}
  std::string next() override {
    if (told_ == 3) return {};
    return event_bytes("message", std::to_string(++told_));
  }
  std::string sign_of_life() override { return falls_silent_ ? "" : std::string(event_comment); }
  bool is_over() override { return ends_ && told_ == 3; }
  void when_ready(std::function<void()>) override {}

 private:
  const bool ends_;
  const bool falls_silent_;
  int told_ = 0;
};

std::unique_ptr<server> serve(const net::trust& trusted = {},
                              milliseconds patience = milliseconds(60'000)) {
  router pages(trusted.token);
  pages.get("/page", [](const request& asked) { return answer{200, asked.query, {}}; });
  pages.get("/long", [](const request&) { return answer{200, std::string(8 << 20, 'x'), {}}; });
  pages.get_later("/never", [](const request&, const reply&) {});
  pages.get("/events", [](const request& asked) {
    return answer{
        200, {}, {{"Content-Type", "text/event-stream"}}, std::make_shared<events>(asked)};
  });
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

struct a_listener : testing::Test {
  // What it hears until it has heard `enough`; then how that ended.
  std::string listen_to(const std::string& target, std::size_t enough = 1000) {
    event_listener ear;
    ear.during = during;
    ear.heard = [&](const server_event& one) {
      heard += one.data;
      return heard.size() < enough;
    };
    ear.goes_on = [this] { return ++asked < most_asked; };
    try {
      const answer said = listen(whom, target, ear);
      return std::to_string(said.status) + " " + said.body;
    } catch (const base::failure& why) {
      EXPECT_EQ(why.code(), base::exit_code::unavailable);
      return why.what();
    }
  }
  std::unique_ptr<server> serving = serve({}, milliseconds(1'000));
  client_settings whom = at(*serving);
  std::optional<milliseconds> during;
  std::string heard;
  int asked = 0;
  int most_asked = 1'000'000;
};

TEST_F(a_listener, hears_events_until_it_has_enough) {
  EXPECT_EQ(listen_to("/events", 2), "200 ");
  EXPECT_EQ(heard, "12");
}

TEST_F(a_listener, listens_for_a_while) {
  during = milliseconds(700);
  EXPECT_EQ(listen_to("/events"), "200 ");
  EXPECT_EQ(heard, "123");
}

TEST_F(a_listener, is_asked_whether_it_goes_on_while_nothing_comes) {
  most_asked = 8;
  EXPECT_EQ(listen_to("/events"), "200 ");
  EXPECT_EQ(asked, 8);
}

TEST_F(a_listener, hears_what_was_answered_instead) {
  EXPECT_THAT(listen_to("/nowhere"), testing::StartsWith("404 there are /page,"));
  EXPECT_THAT(listen_to("/page"), HasSubstr("is no Tempest: it tells no events"));
}

TEST_F(a_listener, hears_that_the_other_side_hung_up) {
  EXPECT_THAT(listen_to("/events?ends"), HasSubstr("hung up: its process was killed"));
  EXPECT_EQ(heard, "123");
}

TEST_F(a_listener, does_not_bear_silence_for_ever) {
  whom.patience = milliseconds(300);
  EXPECT_THAT(listen_to("/events?falls_silent"), HasSubstr("has said nothing for 300 ms"));
  EXPECT_THAT(listen_to("/never"), HasSubstr("has not answered within 300 ms"));
}

TEST_F(a_listener, listens_over_tls) {
  const net::authority ours("ours");
  serving = serve({{}, ours.issue("localhost"), false}, milliseconds(1'000));
  whom = at(*serving, {{}, ours.issue("client"), false});
  most_asked = 8;
  EXPECT_EQ(listen_to("/events"), "200 ");
  EXPECT_EQ(heard, "123");
  EXPECT_EQ(asked, 8);
}

TEST_F(a_listener, says_when_nobody_listens) {
  serving.reset();
  EXPECT_THAT(listen_to("/events"), HasSubstr("nobody answers at"));
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
