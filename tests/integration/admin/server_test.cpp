// A server and its clients: what they are answered, and that none of them keeps others from it.
#include "runtime/admin/server.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <list>
#include <optional>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "tests/integration/admin/client.hpp"
#include "tests/integration/net/certificates.hpp"

namespace tempest::admin {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

const std::string get = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string page = "the page\n";

struct served : testing::Test {
  served() {
    settings.listen = *net::parse_listening_address("127.0.0.1:0");
    settings.patience = milliseconds(600'000); // tests that wait for its end have less
  }
  void serve() {
    router pages("");
    pages.get("/page", [](const request&) { return answer{200, page, {}}; });
    pages.get("/long", [](const request&) { return answer{200, std::string(32 << 20, 'x'), {}}; });
    server_.emplace(settings, std::move(pages));
  }
  client come() { return client(server_->where()); }
  void TearDown() override {
    if (server_) {
      EXPECT_EQ(status_of(come()), "HTTP/1.1 200 OK\r\n") << "others are answered all the same";
    }
    const std::int64_t before_ns = base::steady_ns();
    server_.reset();
    EXPECT_LT(base::steady_ns() - before_ns, 10'000'000'000) << "nobody holds up the end";
  }
  static std::string status_of(client who) {
    who.say(get);
    const std::string heard = who.hear("\r\n");
    return heard.substr(0, heard.find("\r\n") + 2);
  }

  server_settings settings;
  std::optional<server> server_;
};

TEST_F(served, a_connection_may_ask_again) {
  serve();
  client who = come();
  for (int i = 0; i < 3; ++i) {
    who.say(get);
    EXPECT_THAT(who.hear(page), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  who.say("HEAD /page HTTP/1.1\r\n\r\n" + get); // both at once
  EXPECT_THAT(who.hear(page), HasSubstr("Content-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\n"));
  who.say("GET /page HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string last = who.hear();
  EXPECT_THAT(last, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(last.ends_with(page)) << last;
}

TEST_F(served, what_is_no_request_is_answered_once_and_closed) {
  serve();
  const auto answer_to = [this](const std::string& bytes) {
    client who = come();
    EXPECT_TRUE(who.say(bytes));
    return who.hear();
  };
  EXPECT_THAT(answer_to("\x16\x03\x01 garbage\r\n\r\n" + get), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer_to("GET / HTTP/1.1\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to("POST /page HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" +
                        std::string(100'000, 'x')),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(served, one_who_says_nothing_is_let_go) {
  settings.patience = milliseconds(200);
  serve();
  EXPECT_EQ(come().hear(), "");
  client again = come();
  again.say(get);
  EXPECT_TRUE(again.hear().ends_with(page)) << "it is let go after an answer, too";
}

TEST_F(served, one_who_says_a_byte_now_and_then_is_let_go) {
  settings.patience = milliseconds(500);
  serve();
  client slow = come();
  const std::int64_t before_ns = base::steady_ns();
  std::string heard = "<silence>";
  for (const char one : "GET /page HTTP/1.1\r\nX: " + std::string(400, 'x')) {
    slow.say({&one, 1});
    heard = slow.hear({}, 50);
    if (heard != "<silence>") break;
  }
  EXPECT_THAT(heard, testing::AnyOf("", "<reset>"));
  EXPECT_LT(base::steady_ns() - before_ns, 60'000'000'000);
}

TEST_F(served, one_who_does_not_read_its_answer_is_let_go) {
  settings.patience = milliseconds(500);
  serve();
  client deaf = come();
  deaf.say("GET /long HTTP/1.1\r\n\r\n");
  const std::int64_t limit_ns = base::steady_ns() + 60'000'000'000;
  while (deaf.say("x") && base::steady_ns() < limit_ns) { // until the other side is gone
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LT(base::steady_ns(), limit_ns);
}

TEST_F(served, those_who_only_hold_connections_make_room_for_others) {
  serve();
  std::list<client> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(come());
  EXPECT_EQ(status_of(come()), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(idle.front().hear({}, 10'000), "") << "the oldest";
  idle.back().say(get);
  EXPECT_THAT(idle.back().hear(page), StartsWith("HTTP/1.1 200 OK\r\n")) << "the newest is there";
}

TEST_F(served, on_a_unix_socket) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("tempest-admin-" + std::to_string(::getpid()) + ".sock");
  settings.listen = *net::parse_listening_address("unix:" + path.string());
  serve();
  EXPECT_EQ(status_of(come()), "HTTP/1.1 200 OK\r\n");
  client last = come();
  server_.reset();
  EXPECT_EQ(last.hear(), "");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(served, only_where_it_may_listen) {
  settings.listen = *net::parse_listening_address("0.0.0.0:0");
  EXPECT_THROW(serve(), base::failure);
  settings.trusted.insecure = true;
  serve();
}

TEST_F(served, not_where_somebody_else_listens) {
  serve();
  settings.listen = server_->where();
  try {
    const server second(settings, router(""));
    ADD_FAILURE() << "it listens";
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::unavailable);
    EXPECT_THAT(why.what(), HasSubstr("Address already in use"));
  }
}

// What curl hears of the server.
std::string curl(const net::address& where, const std::string& words) {
  const std::string command = "curl -s --max-time 60 " + words +
                              " https://localhost:" + std::to_string(where.port) + "/page 2>&1";
  FILE* const out = ::popen(command.c_str(), "r");
  std::string heard;
  std::array<char, 256> some{};
  while (const std::size_t got = ::fread(some.data(), 1, some.size(), out)) {
    heard.append(some.data(), got);
  }
  ::pclose(out);
  return heard;
}

TEST(served_by_tls, both_sides_show_a_certificate) {
  const net::authority ours("ours");
  server_settings settings;
  settings.listen = *net::parse_listening_address("127.0.0.1:0");
  settings.trusted.tls = ours.issue("localhost");
  router pages("");
  pages.get("/page", [](const request&) { return answer{200, page, {}}; });
  const server made(settings, std::move(pages));
  const net::tls_files theirs = ours.issue("client");
  EXPECT_EQ(curl(made.where(),
                 "--cacert " + theirs.ca + " --cert " + theirs.cert + " --key " + theirs.key),
            page);
  EXPECT_EQ(curl(made.where(), "--cacert " + theirs.ca), "");
  client plain(made.where());
  plain.say(get);
  EXPECT_THAT(plain.hear(), testing::Not(HasSubstr("HTTP/1.1 200"))) << "nor without TLS";
}

} // namespace
} // namespace tempest::admin
