// Who is answered by what, and what the pages say; without sockets.
#include "runtime/admin/router.hpp"

#include <gmock/gmock.h>

#include "runtime/admin/health_pages.hpp"

namespace tempest::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::int64_t second = 1'000'000'000;

request asks(std::string path, std::string query = {}) {
  request made;
  made.method = "GET";
  made.path = std::move(path);
  made.query = std::move(query);
  return made;
}

answer answer_of(const router& pages, const request& asked) {
  answer heard;
  pages.answer_to(asked, [&](const std::function<answer()>& make) { heard = make(); });
  return heard;
}

struct a_router : testing::Test {
  explicit a_router(const std::string& token = {}) : pages(token) {
    pages.get("/one", [](const request&) { return answer{200, "1", {}}; });
    pages.get("/two", [](const request&) { return answer{200, "2", {}}; });
    pages.post_later("/change", [](const request&, const reply& to) {
      to([] { return answer{200, "changed", {}}; });
    });
  }
  router pages;
};

TEST_F(a_router, answers_get_and_head) {
  request asked = asks("/two");
  EXPECT_EQ(answer_of(pages, asked).body, "2");
  asked.method = "HEAD";
  EXPECT_EQ(answer_of(pages, asked).status, 200u);
}

TEST_F(a_router, answers_under_any_name_where_something_else_guards_it) {
  request asked = asks("/one");
  asked.host = "evil.example.com";
  EXPECT_EQ(answer_of(pages, asked).status, 200u);
}

TEST(an_open_router, answers_only_under_names_that_lead_nowhere_else) {
  router pages({}, host_names::own);
  pages.get("/one", [](const request&) { return answer{200, "1", {}}; });
  request asked = asks("/one");
  for (const char* host : {"", "localhost", "LocalHost:9091", "127.0.0.1", "127.0.0.1:9091",
                           "10.1.2.3:80", "[::1]", "[::1]:9091"}) {
    asked.host = host;
    EXPECT_EQ(answer_of(pages, asked).status, 200u) << host;
  }
  for (const char* host :
       {"evil.example.com", "evil.example.com:9091", "localhost.evil.com", "127.0.0.1.evil.com:1",
        "1.2.3", "[evil]:1", "[", "]", ":", "0x7f.1", "local host", "127.0.0.1:1:2"}) {
    asked.host = host;
    const answer made = answer_of(pages, asked);
    EXPECT_EQ(made.status, 403u) << host;
    EXPECT_THAT(made.body, testing::HasSubstr("auth_token"));
  }
}

TEST_F(a_router, names_what_there_is) {
  for (const char* path : {"/", "", "/one/", "*", "/onetwo"}) {
    const answer made = answer_of(pages, asks(path));
    EXPECT_EQ(made.status, 404u) << path;
    EXPECT_EQ(made.body, "there are /one, /two, /change\n");
  }
}

TEST_F(a_router, takes_no_other_method) {
  for (const char* method : {"POST", "DELETE", "get", "OPTIONS"}) {
    request asked = asks("/one");
    asked.method = method;
    const answer made = answer_of(pages, asked);
    EXPECT_EQ(made.status, 405u) << method;
    EXPECT_THAT(made.fields, ElementsAre(Pair("Allow", "GET, HEAD")));
  }
}

TEST_F(a_router, changes_something_by_post_alone) {
  request asked = asks("/change");
  for (const char* method : {"GET", "HEAD", "PUT", "post"}) {
    asked.method = method;
    const answer made = answer_of(pages, asked);
    EXPECT_EQ(made.status, 405u) << method;
    EXPECT_THAT(made.fields, ElementsAre(Pair("Allow", "POST")));
  }
  asked.method = "POST";
  EXPECT_EQ(answer_of(pages, asked).body, "changed");
}

TEST_F(a_router, changes_nothing_for_web_pages) {
  request asked = asks("/change");
  asked.method = "POST";
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:9091"}) {
    asked.origin = origin;
    EXPECT_EQ(answer_of(pages, asked).status, 403u) << origin;
  }
}

struct a_guarded_router : a_router {
  a_guarded_router() : a_router("hush") {}
  unsigned status(const std::string& authorization, const std::string& path = "/one") {
    request asked = asks(path);
    asked.authorization = authorization;
    return answer_of(pages, asked).status;
  }
};

TEST_F(a_guarded_router, answers_who_knows_the_token) {
  EXPECT_EQ(status("Bearer hush"), 200u);
  EXPECT_EQ(status("bearer hush"), 200u);
}

TEST_F(a_guarded_router, tells_others_nothing) {
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer hus", "Bearer hush ", "Basic hush",
                            "hush", "Bearer hush2"}) {
    EXPECT_EQ(status(wrong), 401u) << wrong;
  }
  EXPECT_EQ(status("", "/nowhere"), 401u) << "nor which paths there are";
  const answer made = answer_of(pages, asks("/one"));
  EXPECT_THAT(made.body, IsEmpty());
  EXPECT_THAT(made.fields, ElementsAre(Pair("WWW-Authenticate", "Bearer")));
}

TEST(a_request, asks_for_parameters) {
  EXPECT_TRUE(asks("/", "verbose").asks_for("verbose"));
  EXPECT_TRUE(asks("/", "verbose=1").asks_for("verbose"));
  EXPECT_TRUE(asks("/", "a=b&&verbose&c").asks_for("verbose"));
  EXPECT_FALSE(asks("/", "").asks_for("verbose"));
  EXPECT_FALSE(asks("/", "verbosely&a=verbose").asks_for("verbose"));
}

TEST(a_request, has_values_of_parameters) {
  EXPECT_EQ(asks("/", "a=1&b=2").parameter("b"), "2");
  EXPECT_EQ(asks("/", "a=%2f+%zz%4").parameter("a"), "/ %zz%4");
  EXPECT_EQ(asks("/", "a=x=y").parameter("a"), "x=y");
  EXPECT_EQ(asks("/", "a").parameter("a"), "");
  EXPECT_EQ(asks("/", "a=1").parameter("b"), std::nullopt);
}

TEST(a_request, names_a_parameter_that_nobody_knows) {
  EXPECT_EQ(asks("/", "a=1&&b").unknown_parameter({"a", "b"}), "");
  EXPECT_EQ(asks("/", "a=1&lmit=3").unknown_parameter({"a", "limit"}), "lmit");
  EXPECT_EQ(asks("/", "").unknown_parameter({}), "");
}

std::int64_t now_ns = 0;

struct health_pages : testing::Test {
  health_pages() {
    now_ns = 100 * second;
    board.beat(now_ns);
    add_health_pages(pages, board, [] { return now_ns; });
  }
  answer ask(const std::string& path, const std::string& query = {}) const {
    return answer_of(pages, asks(path, query));
  }

  health_board board;
  health_board::place source = board.add("source mock", "", 0);
  health_board::place task = board.add("task split", "", 0);
  router pages{""};
};

TEST_F(health_pages, say_little_when_all_is_well) {
  for (const char* path : {"/livez", "/readyz"}) {
    EXPECT_EQ(ask(path).status, 200u);
    EXPECT_EQ(ask(path).body, "ok\n");
  }
  EXPECT_EQ(ask("/readyz", "verbose").body,
            "[+]main loop ok\n[+]source mock ok\n[+]task split ok\nreadyz check passed\n");
  EXPECT_EQ(ask("/livez", "verbose").body, "[+]main loop ok\nlivez check passed\n");
}

TEST_F(health_pages, say_what_is_wrong) {
  board.trouble(task, "no worker", 90 * second);
  const answer made = ask("/readyz");
  EXPECT_EQ(made.status, 503u);
  EXPECT_EQ(made.body, "task split: no worker for 10 s\n");
  const answer verbose = ask("/readyz", "verbose");
  EXPECT_EQ(verbose.status, 503u);
  EXPECT_EQ(verbose.body,
            "[+]main loop ok\n[+]source mock ok\n[-]task split: no worker for 10 s\n"
            "readyz check failed\n");
  EXPECT_EQ(ask("/healthz").status, 503u);
  EXPECT_EQ(ask("/healthz").body, ask("/healthz", "verbose").body);
  EXPECT_EQ(ask("/livez").status, 200u) << "it lives all the same";
}

TEST_F(health_pages, notice_a_main_loop_that_hangs) {
  now_ns += 9 * second;
  EXPECT_EQ(ask("/livez").status, 200u);
  now_ns += second;
  EXPECT_EQ(ask("/livez").status, 503u);
  EXPECT_EQ(ask("/livez").body, "main loop: it has not gone round for 10 s\n");
  EXPECT_EQ(ask("/readyz").status, 503u) << "what it wrote before may be old";
  board.beat(now_ns);
  EXPECT_EQ(ask("/livez").status, 200u);
  EXPECT_EQ(ask("/readyz").status, 200u);
}

} // namespace
} // namespace tempest::admin
