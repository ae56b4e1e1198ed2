// Who may tap, and what is made of the words that say where.
#include <gmock/gmock.h>

#include <utility>

#include "runtime/admin/api_pages.hpp"
#include "runtime/admin/tap_stream.hpp"
#include "tests/unit/admin/desk.hpp"

namespace tempest::admin {
namespace {

using testing::HasSubstr;
using testing::Pair;

struct the_tap_page : testing::Test {
  the_tap_page() { add_api_pages(pages, run, "{}"); }
  // What is answered, where the run says so much of a tap that it is asked for.
  answer get(std::string query, std::string origin = {}) {
    request made;
    made.method = "GET";
    made.path = "/api/v1/tap";
    made.query = std::move(query);
    made.origin = std::move(origin);
    answer heard;
    pages.answer_to(made, [&](const std::function<answer()>& make) { heard = make(); });
    const auto told = std::exchange(run.opened, nullptr);
    if (told && !run.busy) told(said);
    return heard;
  }
  tap_answer said{std::make_shared<tap_stream>(tap_place{"shop", "split"})};
  a_desk run;
  router pages{""};
};

TEST_F(the_tap_page, answers_with_a_stream) {
  const answer heard = get("of=split%3Astore&where=tenant%3Dacme&where=a=b=c&where=empty%3D");
  EXPECT_EQ(heard.status, 200u);
  EXPECT_EQ(heard.stream, said.opened);
  EXPECT_THAT(heard.fields, testing::ElementsAre(Pair("Content-Type", "text/event-stream")));
  ASSERT_TRUE(run.tapped);
  EXPECT_EQ(run.tapped->of, "split:store");
  EXPECT_THAT(run.tapped->where,
              testing::ElementsAre(Pair("tenant", "acme"), Pair("a", "b=c"), Pair("empty", "")));
}

TEST_F(the_tap_page, refuses_what_makes_no_sense) {
  for (const char* wrong :
       {"", "of", "of=", "of=x&where", "of=x&where=tenant", "of=x&where=%3Dv", "of=x&were=a%3Db"}) {
    EXPECT_EQ(get(wrong).status, 400u) << wrong;
  }
  EXPECT_FALSE(run.tapped);
}

TEST_F(the_tap_page, refuses_web_pages) {
  EXPECT_EQ(get("of=split", "http://evil.example").status, 403u);
  EXPECT_FALSE(run.tapped);
}

TEST_F(the_tap_page, passes_on_why_there_is_no_tap) {
  said = {nullptr, false, "there is no task 'x'"};
  EXPECT_EQ(get("of=x").status, 400u);
  EXPECT_THAT(get("of=x").body, HasSubstr("there is no task 'x'"));
  said = {nullptr, true, "4 taps are open"};
  EXPECT_EQ(get("of=x").status, 429u);
  run.busy = true;
  EXPECT_EQ(get("of=x").status, 503u);
}

TEST(query_text, is_read_as_it_was) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  request asked;
  asked.query = "a=" + query_text(all) + "&b=1&a=" + query_text("x");
  EXPECT_EQ(asked.parameter("a"), all);
  EXPECT_THAT(asked.parameters("a"), testing::ElementsAre(all, "x"));
  EXPECT_TRUE(asked.parameters("c").empty());
  EXPECT_EQ(query_text("aZ9-._~ &="), "aZ9-._~%20%26%3D");
}

} // namespace
} // namespace tempest::admin
