// What a tap looks at, and how much it takes of that.
#include "runtime/service/tap.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "runtime/base/clock.hpp"
#include "runtime/service/run_taps.hpp"

namespace tempest::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::int64_t ms = 1'000'000;

assembly graph(const std::vector<std::pair<std::string, std::vector<std::uint32_t>>>& tasks) {
  assembly made;
  made.settings.name = "shop";
  for (const auto& [name, children] : tasks) {
    made.tasks.emplace_back().settings.name = name;
    made.tasks.back().children = children;
  }
  return made;
}

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

tempest_delivery message(std::string_view payload) {
  tempest_delivery made{};
  made.id = slice("17-0");
  made.payload = slice(payload);
  made.attempt = 1;
  return made;
}

TEST(an_event_budget, is_full_at_first_and_grows_with_time) {
  event_budget one(500, 0);
  EXPECT_EQ(one.left(0), 500u);
  one.spend(500);
  EXPECT_EQ(one.left(1 * ms), 0u);
  EXPECT_EQ(one.left(2 * ms), 1u);
  one.spend(1);
  EXPECT_EQ(one.left(3 * ms), 0u);
  EXPECT_EQ(one.left(4 * ms), 1u) << "parts of the time are not lost";
  EXPECT_EQ(one.left(3'600'000 * ms), 500u) << "no more than a second brings";
}

TEST(a_tap_point, is_a_task_or_an_edge) {
  const assembly plan = graph({{"split", {1, 2}}, {"store", {}}, {"count", {}}});
  const auto task = find_tap_point(plan, "count");
  ASSERT_TRUE(task);
  EXPECT_EQ(task->task, 2u);
  EXPECT_EQ(task->from, std::nullopt);
  const auto edge = find_tap_point(plan, "split:store");
  ASSERT_TRUE(edge);
  EXPECT_EQ(edge->task, 1u);
  EXPECT_EQ(edge->from, 0u);
  for (const char* wrong : {"", "spli", "store:split", "split:", ":store", "split->store"}) {
    EXPECT_FALSE(find_tap_point(plan, wrong)) << wrong;
  }
}

TEST(a_tap_point, may_have_a_name_with_a_colon) {
  const assembly plan = graph({{"a", {1}}, {"b:c", {}}, {"a:b", {}}});
  EXPECT_EQ(find_tap_point(plan, "a:b")->task, 2u);
  EXPECT_EQ(find_tap_point(plan, "a:b:c")->from, 0u);
}

TEST(a_tap_point, that_is_none_is_told_which_there_are) {
  const assembly plan = graph({{"split", {1}}, {"store", {}}});
  EXPECT_EQ(no_such_point(plan, "splti"),
            "there is no task and no edge 'splti'; did you mean 'split'? tasks are split, store; "
            "edges are split:store");
  EXPECT_THAT(no_such_point(graph({{"out", {}}}), "xyz"),
              HasSubstr("tasks are out; edges are none"));
}

TEST(a_filter, wants_all_of_its_headers) {
  const tempest_header headers[] = {{slice("tenant"), slice("acme")},
                                    {slice("tenant"), slice("other")},
                                    {slice("kind"), slice("")}};
  tempest_delivery one = message("x");
  EXPECT_TRUE(has_all(one, {}));
  EXPECT_FALSE(has_all(one, {{"tenant", "acme"}}));
  one.headers = headers;
  one.header_count = 3;
  EXPECT_TRUE(has_all(one, {{"tenant", "acme"}}));
  EXPECT_TRUE(has_all(one, {{"tenant", "other"}, {"kind", ""}}));
  EXPECT_FALSE(has_all(one, {{"tenant", "other"}, {"kind", "x"}}));
  EXPECT_FALSE(has_all(one, {{"acme", "tenant"}}));
}

TEST(a_filter, knows_the_key) {
  tempest_delivery one = message("x");
  EXPECT_FALSE(has_all(one, {{"key", ""}})) << "none is not an empty one";
  one.key = slice("k");
  EXPECT_TRUE(has_all(one, {{"key", "k"}}));
  const tempest_header header{slice("key"), slice("h")};
  one.headers = &header;
  one.header_count = 1;
  EXPECT_TRUE(has_all(one, {{"key", "k"}, {"key", "h"}}));
}

TEST(an_event, has_so_much_of_the_message_and_no_more) {
  const std::string large(10'000, 'x');
  std::vector<tempest_header> headers(1000, {slice("a"), slice("b")});
  headers.insert(headers.begin(), {slice("large"), slice(large)});
  tempest_delivery one = message(large);
  one.id = one.key = slice(large);
  one.headers = headers.data();
  one.header_count = static_cast<std::uint32_t>(headers.size());
  one.attempt = 3;
  one.timestamp_ms = 99;
  const admin::tap_event made = event_of(one, 7);
  EXPECT_EQ(made.time_ms, 7);
  EXPECT_EQ(made.attempt, 3u);
  EXPECT_EQ(made.timestamp_ms, 99);
  EXPECT_EQ(made.payload.size(), 4096u);
  EXPECT_EQ(made.payload_bytes, 10'000u);
  EXPECT_EQ(made.id.size(), 128u);
  EXPECT_EQ(made.key->size(), 1024u);
  EXPECT_LT(made.headers.size(), 200u);
  EXPECT_GT(made.headers.size(), 100u);
  EXPECT_EQ(made.headers.front().first, "a");
  EXPECT_EQ(made.headers.size() + made.headers_omitted, headers.size());
}

struct an_open_tap : testing::Test {
  std::shared_ptr<admin::tap_stream> open(const std::string& of) {
    const admin::tap_answer said = taps.open(plan, {of, where});
    return std::dynamic_pointer_cast<admin::tap_stream>(said.opened);
  }
  assembly plan = graph({{"split", {1}}, {"store", {}}});
  std::vector<std::pair<std::string, std::string>> where;
  run_taps taps;
};

TEST_F(an_open_tap, is_looked_through_until_nobody_does) {
  EXPECT_FALSE(taps.watching());
  auto stream = open("split");
  ASSERT_NE(stream, nullptr);
  EXPECT_TRUE(taps.watching());
  taps.forget_closed();
  EXPECT_TRUE(taps.watching());
  stream.reset();
  const tempest_delivery one = message("x");
  taps.handed_out(0, {&one, 1});
  taps.forget_closed();
  EXPECT_FALSE(taps.watching());
}

// Whoever asks again and again fills no log.
TEST_F(an_open_tap, is_said_a_few_times) {
  testing::internal::CaptureStderr();
  for (int times = 0; times < 50; ++times) EXPECT_NE(open("split"), nullptr);
  EXPECT_NE(open("store"), nullptr);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("somebody looks at messages of task 'split'"));
  EXPECT_THAT(log, HasSubstr("somebody looks at messages of task 'store'")) << "hidden by nobody";
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 25);
}

TEST_F(an_open_tap, sees_what_its_task_is_given) {
  const auto stream = open("store");
  const tempest_delivery batch[] = {message("one"), message("two")};
  taps.handed_out(1, batch);
  taps.handed_out(0, batch);
  EXPECT_EQ(stream->shown(), 2u);
  EXPECT_THAT(stream->next(), HasSubstr(R"("task":"store",)"));
}

TEST_F(an_open_tap, counts_what_matches_alone) {
  where = {{"key", "k"}};
  const auto stream = open("split");
  std::vector<tempest_delivery> batch(1000, message("x"));
  batch[999].key = slice("k");
  taps.handed_out(0, batch);
  EXPECT_EQ(stream->shown(), 1u) << "the others use none of its budget";
  EXPECT_THAT(stream->next(), HasSubstr(R"("passed":1})"));
}

TEST_F(an_open_tap, of_an_edge_sees_what_goes_on) {
  engine::engine_settings settings;
  settings.tasks = {{{1}, {}}, {{}, {}}};
  engine::engine heart(settings);
  engine::incoming_batch arrived;
  arrived.messages.emplace_back().payload = "in";
  heart.accept(arrived, 1);
  std::vector<tempest_delivery> given;
  ASSERT_EQ(heart.take(0, 1, 1, given), 1u);
  engine::worker_report done;
  done.outputs.emplace_back().payload = "out";
  engine::result& result = done.results.emplace_back();
  result.output_count = 1;
  result.delivery = {99, 1}; // late, or made up by a peer
  const auto stream = open("split:store");
  taps.reported(heart, 0, 1, done);
  EXPECT_EQ(stream->next(), "");
  result.delivery = engine::delivery_ref::of(given.front().host_token);
  taps.reported(heart, 1, 1, done);
  EXPECT_EQ(stream->next(), "") << "of another task";
  taps.reported(heart, 0, 1, done);
  EXPECT_THAT(stream->next(), HasSubstr(R"("payload":"out")"));
  heart.stop();
  taps.reported(heart, 0, 1, done);
  EXPECT_EQ(stream->next(), "") << "it ends: nothing goes on";
}

TEST_F(an_open_tap, takes_a_sample_of_what_is_much) {
  const auto stream = open("split");
  const std::vector<tempest_delivery> batch(10'000, message("x"));
  const std::int64_t before_ns = base::steady_ns();
  for (int i = 0; i < 10; ++i) taps.handed_out(0, batch);
  const std::int64_t ms_passed = (base::steady_ns() - before_ns) / ms + 1;
  EXPECT_GE(stream->shown(), 500u);
  EXPECT_LE(stream->shown(), 500u + static_cast<std::uint64_t>(ms_passed));
  while (!stream->next().empty()) {
  }
  EXPECT_THAT(stream->sign_of_life(), HasSubstr(R"("passed":100000,)"));
}

TEST_F(an_open_tap, does_not_see_the_first_of_each_batch_alone) {
  std::vector<tempest_delivery> batch(10'000, message("other"));
  std::fill_n(batch.begin(), admin::tap_limits::events_a_second, message("first"));
  const auto stream = open("split");
  bool others = false;
  for (int i = 0; i < 2000 && !others; ++i) {
    taps.handed_out(0, batch);
    for (std::string told = stream->next(); !told.empty(); told = stream->next()) {
      others = others || told.find("other") != std::string::npos;
    }
  }
  EXPECT_TRUE(others);
}

TEST_F(an_open_tap, has_few_beside_it) {
  std::vector<std::shared_ptr<admin::tap_stream>> all;
  for (int i = 0; i < 4; ++i) all.push_back(open("split"));
  const admin::tap_answer said = taps.open(plan, {"split", {}});
  EXPECT_EQ(said.opened, nullptr);
  EXPECT_TRUE(said.too_many);
  EXPECT_EQ(said.refusal, "4 taps are open, and there cannot be more at once: end one of them");
  all.pop_back();
  EXPECT_NE(open("split"), nullptr) << "one has left";
}

TEST_F(an_open_tap, is_nowhere_else) {
  const admin::tap_answer said = taps.open(plan, {"elsewhere", {}});
  EXPECT_EQ(said.opened, nullptr);
  EXPECT_FALSE(said.too_many);
  EXPECT_FALSE(taps.watching());
}

TEST_F(an_open_tap, is_told_the_end) {
  const auto stream = open("split");
  taps.end("the run has ended");
  EXPECT_FALSE(taps.watching());
  EXPECT_THAT(stream->next(), HasSubstr("event: end"));
}

} // namespace
} // namespace tempest::service
