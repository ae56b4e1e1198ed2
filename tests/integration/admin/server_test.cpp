// A server and its clients: what they are answered, and that none of them keeps others from it.
#include "runtime/admin/server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

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

// What is told as the test says.
class told_stream final : public answer_stream {
 public:
  void tell(const std::string& bytes, bool last = false) {
    std::function<void()> ready;
    {
      const std::scoped_lock lock(mutex_);
      waiting_ += bytes;
      last_ = last;
      ready = std::exchange(ready_, nullptr);
    }
    if (ready) ready();
  }
  std::string next() override {
    const std::scoped_lock lock(mutex_);
    if (endless) return std::string(64 << 10, 'x');
    over_ = last_;
    return std::exchange(waiting_, {});
  }
  std::string sign_of_life() override { return "alive\n"; }
  bool is_over() override {
    const std::scoped_lock lock(mutex_);
    return over_ && waiting_.empty();
  }
  void when_ready(std::function<void()> ready) override {
    {
      const std::scoped_lock lock(mutex_);
      if (waiting_.empty() && !(last_ && !over_)) {
        ready_ = std::move(ready);
        return;
      }
    }
    ready();
  }
  std::atomic<bool> endless{false};

 private:
  std::mutex mutex_;
  std::string waiting_;
  bool last_ = false;
  bool over_ = false;
  std::function<void()> ready_;
};

struct served : testing::Test {
  served() {
    settings.listen = *net::parse_listening_address("127.0.0.1:0");
    settings.patience = milliseconds(600'000); // tests that wait for its end have less
  }
  void serve() {
    router pages("");
    pages.get("/page", [](const request&) { return answer{200, page, {}}; });
    pages.get("/stream", [this](const request&) {
      const std::scoped_lock lock(mutex);
      return answer{
          200, {}, {{"Content-Type", "text/event-stream"}}, std::exchange(given, nullptr)};
    });
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
  // Who asks for /stream is given this one, and then only the server has it.
  std::weak_ptr<told_stream> give() {
    const std::scoped_lock lock(mutex);
    given = std::make_shared<told_stream>();
    return given;
  }
  static bool wait_until(const std::function<bool()>& holds) {
    const std::int64_t limit_ns = base::steady_ns() + 60'000'000'000;
    while (!holds() && base::steady_ns() < limit_ns) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return holds();
  }
  static std::string status_of(client who) {
    who.say(get);
    const std::string heard = who.hear("\r\n");
    return heard.substr(0, heard.find("\r\n") + 2);
  }

  server_settings settings;
  std::mutex mutex;
  std::shared_ptr<told_stream> given;
  std::optional<server> server_;
};

const std::string get_stream = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

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

TEST_F(served, a_stream_is_told_as_it_comes) {
  serve();
  const auto stream = give();
  client who = come();
  who.say(get_stream);
  const std::string head = who.hear("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head, testing::Not(HasSubstr("Content-Length")));
  for (const char* piece : {"one", "two", "three"}) {
    const auto told = stream.lock();
    ASSERT_NE(told, nullptr);
    told->tell(piece);
    EXPECT_THAT(who.hear(piece), testing::EndsWith(piece));
  }
  if (const auto told = stream.lock()) told->tell("the end", true);
  EXPECT_EQ(who.hear(), "the end") << "and it hangs up";
  EXPECT_TRUE(wait_until([&] { return stream.expired(); }));
}

TEST_F(served, a_stream_without_news_shows_that_it_is_alive) {
  settings.patience = milliseconds(1'000);
  serve();
  const auto stream = give();
  client who = come();
  who.say(get_stream);
  const std::int64_t before_ns = base::steady_ns();
  for (int i = 0; i < 10; ++i) who.hear("alive\n"); // longer than a client's silence is borne
  EXPECT_GT(base::steady_ns() - before_ns, 1'500'000'000);
  EXPECT_FALSE(stream.expired());
}

TEST_F(served, one_who_does_not_read_its_stream_is_let_go) {
  settings.patience = milliseconds(500);
  serve();
  const auto stream = give();
  given->endless = true;
  client deaf = come();
  deaf.say(get_stream);
  EXPECT_TRUE(wait_until([&] { return stream.expired(); }));
}

TEST_F(served, a_stream_ends_when_its_client_leaves) {
  serve();
  const auto stream = give();
  {
    client who = come();
    who.say(get_stream);
    EXPECT_THAT(who.hear("\r\n\r\n"), HasSubstr("200 OK"));
    EXPECT_FALSE(stream.expired());
  }
  EXPECT_TRUE(wait_until([&] { return stream.expired(); }));
}

TEST_F(served, head_is_told_of_a_stream_and_nothing_of_it) {
  serve();
  const auto stream = give();
  client who = come();
  who.say("HEAD /stream HTTP/1.1\r\n\r\n");
  const std::string said = who.hear();
  EXPECT_THAT(said, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_TRUE(said.ends_with("\r\n\r\n")) << said;
  EXPECT_TRUE(stream.expired());
}

TEST_F(served, a_stream_may_tell_its_last_words) {
  serve();
  const auto stream = give();
  client who = come();
  who.say(get_stream);
  EXPECT_THAT(who.hear("\r\n\r\n"), HasSubstr("200 OK"));
  if (const auto told = stream.lock()) told->tell("goodbye", true);
  server_.reset();
  EXPECT_EQ(who.hear(), "goodbye");
}

TEST_F(served, a_stream_that_says_nothing_does_not_hold_up_the_end) {
  serve();
  const auto stream = give();
  client who = come();
  who.say(get_stream);
  EXPECT_THAT(who.hear("\r\n\r\n"), HasSubstr("200 OK"));
  const auto other = give();
  given->endless = true;
  client deaf = come();
  deaf.say(get_stream);
  server_.reset(); // TearDown has the same limit
  EXPECT_TRUE(stream.expired() && other.expired());
  EXPECT_EQ(who.hear(), "");
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

TEST_F(served, those_who_do_not_read_make_room_for_the_answers_of_others) {
  settings.max_held_bytes = 100u << 20; // three pages of /long
  serve();
  std::list<client> deaf;
  for (int i = 0; i < 4; ++i) {
    deaf.push_back(come());
    deaf.back().say("GET /long HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(deaf.back().hear("x"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  const std::size_t page_bytes = 32 << 20;
  EXPECT_LT(deaf.front().hear().size(), page_bytes - 8'192) << "the oldest";
  deaf.pop_front();
  for (client& one : deaf) EXPECT_GT(one.hear().size(), page_bytes - 8'192) << "all but its start";
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
