// The JSON of /api/v1/status, and how its page asks.
#include "runtime/admin/run_status.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "runtime/admin/api_pages.hpp"
#include "tests/unit/admin/desk.hpp"

namespace tempest::admin {
namespace {

using nlohmann::json;

TEST(a_status, has_a_version_and_all_its_numbers) {
  run_status now;
  now.topology = "sh\xffop";
  now.state = activity::draining;
  now.source.read = 7;
  now.in_flight.bytes = 9;
  now.tasks.resize(2);
  now.tasks[0].name = "split";
  now.tasks[0].trouble = "no disk";
  now.tasks[0].busy = 0.5;
  const json made = json::parse(to_json(now));
  EXPECT_EQ(made["version"], 1);
  EXPECT_EQ(made["topology"], "sh\xef\xbf\xbdop");
  EXPECT_EQ(made["state"], "draining");
  EXPECT_EQ(made["source"]["read"], 7);
  EXPECT_EQ(made["in_flight"]["bytes"], 9);
  EXPECT_EQ(made["tasks"][0]["name"], "split");
  EXPECT_EQ(made["tasks"][0]["trouble"], "no disk");
  EXPECT_EQ(made["tasks"][1]["trouble"], "");
  EXPECT_EQ(made["tasks"][0]["busy"], 0.5);
  EXPECT_TRUE(made["tasks"][0]["p99_s"].is_null()) << "it is not known";
}

TEST(a_status, tells_of_task_processes_where_there_are_some) {
  run_status now;
  EXPECT_TRUE(json::parse(to_json(now))["processes"].is_null());
  now.processes.emplace();
  EXPECT_EQ(json::parse(to_json(now))["processes"], json::array());
  now.processes->push_back({"host-7", 1.5, {{"split", 2, 10, 5, 1, 9, 3, true, "no disk", 0.5}}});
  EXPECT_EQ(json::parse(to_json(now))["processes"][0],
            json::parse(R"({"name":"host-7","connected_s":1.5,"tasks":[
                {"name":"split","workers":2,"credit":10,"in_hand":5,"begun":1,"handled":9,
                 "errors":3,"stuck":true,"trouble":"no disk","busy":0.5}]})"));
}

struct api_pages : testing::Test {
  api_pages() { add_api_pages(pages, desk, "the graph\n"); }
  void ask(const std::string& path, const std::string& query = {}, const char* method = "GET") {
    request made;
    made.method = method;
    made.path = path;
    made.query = query;
    pages.answer_to(made, [this](const std::function<answer()>& make) { heard = make(); });
  }

  a_desk desk;
  router pages{""};
  std::optional<answer> heard;
};

TEST_F(api_pages, tell_a_status_once_it_is_known) {
  ask("/api/v1/status");
  ASSERT_FALSE(heard);
  desk.asked(std::make_shared<const run_status>());
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 200u);
  EXPECT_THAT(heard->fields,
              testing::ElementsAre(testing::Pair("Content-Type", "application/json")));
  EXPECT_EQ(json::parse(heard->body)["state"], "running");
}

TEST_F(api_pages, say_when_too_many_ask) {
  desk.busy = true;
  ask("/api/v1/status");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 503u);
}

TEST_F(api_pages, refuse_what_they_do_not_know) {
  ask("/api/v1/status", "limit=3");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 400u);
  EXPECT_EQ(json::parse(heard->body)["error"], "/api/v1/status takes no parameters, not 'limit'");
}

TEST_F(api_pages, tell_what_is_in_flight) {
  ask("/api/v1/inflight");
  ASSERT_TRUE(desk.wanted);
  EXPECT_EQ(desk.wanted->limit, 100u);
  EXPECT_EQ(desk.wanted->older_than_ns, 0);
  ask("/api/v1/inflight", "older_than=1.5s&limit=7");
  EXPECT_EQ(desk.wanted->limit, 7u);
  EXPECT_EQ(desk.wanted->older_than_ns, 1'500'000'000);
  in_flight_list list{"shop", 9, {}};
  list.rows.push_back({"a", 2, "split", in_flight_row::state::retrying, 3, std::nullopt, 0.5});
  desk.seen(list);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 200u);
  const json made = json::parse(heard->body);
  EXPECT_EQ(made["matching"], 9);
  EXPECT_EQ(made["deliveries"][0],
            json::parse(R"({"id":"a","age_s":2.0,"task":"split","state":"retrying","attempt":3,
                            "handling_s":null,"next_attempt_in_s":0.5})"));
}

TEST_F(api_pages, refuse_a_query_that_makes_no_sense) {
  for (const char* query : {"limit=0", "limit=1001", "limit=x", "limit", "limit=-1",
                            "older_than=soon", "older_than", "older_than=-1s", "older=1s"}) {
    heard.reset();
    ask("/api/v1/inflight", query);
    ASSERT_TRUE(heard) << query;
    EXPECT_EQ(heard->status, 400u) << query;
  }
  EXPECT_FALSE(desk.wanted);
}

TEST_F(api_pages, tell_the_last_errors) {
  ask("/api/v1/errors");
  error_list list{"shop", 1, {}};
  list.rows.push_back({"split", "failed",
                       "be\xff"
                       "cause",
                       "id", 2, 7, 1, 0, 1000});
  desk.erred(std::make_shared<const error_list>(list));
  ASSERT_TRUE(heard);
  const json made = json::parse(heard->body);
  EXPECT_EQ(made["omitted"], 1);
  EXPECT_EQ(made["errors"][0]["reason"],
            "be\xef\xbf\xbd"
            "cause");
  EXPECT_EQ(made["errors"][0]["count"], 7);
  EXPECT_EQ(made["errors"][0]["last_time"], "1970-01-01T00:00:01.000Z");
}

TEST_F(api_pages, give_orders) {
  for (const auto& [name, what] : {std::pair{"pause", order::pause},
                                   {"resume", order::resume},
                                   {"drain", order::drain},
                                   {"stop", order::stop}}) {
    ask(std::string("/api/v1/") + name, {}, "POST");
    EXPECT_EQ(desk.given, what) << name;
  }
  desk.ordered({"shop", activity::stopping, {}});
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 200u);
  EXPECT_EQ(heard->body, "{\"version\":1,\"topology\":\"shop\",\"state\":\"stopping\"}\n");
}

TEST_F(api_pages, tell_that_an_order_is_refused) {
  ask("/api/v1/pause", {}, "POST");
  desk.ordered({"shop", activity::draining, "it drains"});
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 409u);
  EXPECT_EQ(json::parse(heard->body)["state"], "draining");
  EXPECT_EQ(json::parse(heard->body)["error"], "it drains");
}

TEST_F(api_pages, take_orders_by_post_alone) {
  ask("/api/v1/stop");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->status, 405u);
  EXPECT_EQ(desk.given, std::nullopt);
}

TEST_F(api_pages, tell_the_graph) {
  ask("/api/v1/graph");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->body, "the graph\n");
}

} // namespace
} // namespace tempest::admin
