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

struct a_router : testing::Test {
  explicit a_router(const std::string& token = {}) : pages(token) {
    pages.get("/one", [](const request&) { return answer{200, "1", {}}; });
    pages.get("/two", [](const request&) { return answer{200, "2", {}}; });
  }
  router pages;
};

TEST_F(a_router, answers_get_and_head) {
  request asked = asks("/two");
  EXPECT_EQ(pages.answer_to(asked).body, "2");
  asked.method = "HEAD";
  EXPECT_EQ(pages.answer_to(asked).status, 200u);
}

TEST_F(a_router, names_what_there_is) {
  for (const char* path : {"/", "", "/one/", "*", "/onetwo"}) {
    const answer made = pages.answer_to(asks(path));
    EXPECT_EQ(made.status, 404u) << path;
    EXPECT_EQ(made.body, "there are /one, /two\n");
  }
}

TEST_F(a_router, takes_no_other_method) {
  for (const char* method : {"POST", "DELETE", "get", "OPTIONS"}) {
    request asked = asks("/one");
    asked.method = method;
    const answer made = pages.answer_to(asked);
    EXPECT_EQ(made.status, 405u) << method;
    EXPECT_THAT(made.fields, ElementsAre(Pair("Allow", "GET, HEAD")));
  }
}

struct a_guarded_router : a_router {
  a_guarded_router() : a_router("hush") {}
  unsigned status(const std::string& authorization, const std::string& path = "/one") {
    request asked = asks(path);
    asked.authorization = authorization;
    return pages.answer_to(asked).status;
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
  const answer made = pages.answer_to(asks("/one"));
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

std::int64_t now_ns = 0;

struct health_pages : testing::Test {
  health_pages() {
    now_ns = 100 * second;
    board.beat(now_ns);
    add_health_pages(pages, board, [] { return now_ns; });
  }
  answer ask(const std::string& path, const std::string& query = {}) const {
    return pages.answer_to(asks(path, query));
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
