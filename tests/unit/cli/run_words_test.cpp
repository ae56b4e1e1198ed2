// What a run tells, for people.
#include "cli/output/run_words.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "runtime/admin/run_status.hpp"

namespace tempest::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

admin::run_status a_status() {
  admin::run_status made;
  made.topology = "shop";
  made.mode = "standalone";
  made.tempest = "1.2.3";
  made.uptime_s = 75;
  made.source.type = "mock";
  made.source.up = true;
  made.source.read = 1234567;
  made.source.read_per_s = 1200;
  made.in_flight.max_messages = 10'000;
  made.in_flight.max_bytes = 256 << 20;
  admin::task_status split;
  split.name = "split";
  split.workers = 2;
  split.failed = 1;
  split.timed_out = 2;
  split.handled_per_s = 1199;
  split.busy = 0.425;
  split.p50_s = 12e-6;
  made.tasks = {split};
  return made;
}

std::string words(const admin::run_status& of) {
  return status_words(nlohmann::ordered_json::parse(to_json(of)), 0);
}

TEST(a_status_in_words, tells_what_matters) {
  EXPECT_EQ(words(a_status()),
            "shop: running for 75.0 s (standalone, tempest 1.2.3)\n"
            "source mock: up\n"
            "  read 1,234,567 (1,200/s), acked 0 (0/s), failed 0, dead-lettered 0\n"
            "in flight: 0 of 10,000 messages, 0 B of 256 MiB\n"
            "TASK   WORKERS  QUEUED  IN HAND  RATE/s  BUSY    P50  P99  SUCCEEDED  SKIPPED  ERRORS"
            "  RETRIES\n"
            "split        2       0        0   1,199   42%  12 us    -          0        0       3"
            "        0");
}

TEST(a_status_in_words, tells_of_trouble_when_there_is_some) {
  admin::run_status now = a_status();
  now.source.up = false;
  now.source.trouble = "nobody\nanswers";
  now.source.reconnects = 3;
  now.in_flight.messages = 5;
  now.in_flight.retrying = 2;
  now.in_flight.oldest_age_s = 3;
  EXPECT_THAT(words(now), HasSubstr("source mock: down, nobody\\x0aanswers\n"));
  EXPECT_THAT(words(now), HasSubstr(", reconnects 3\n"));
  EXPECT_THAT(words(now), HasSubstr("the oldest for 3.0 s, 2 wait for their next attempt\n"));
  EXPECT_THAT(words(a_status()), Not(HasSubstr("oldest")));
}

TEST(a_status_in_words, tells_of_task_processes) {
  admin::run_status now = a_status();
  now.processes.emplace();
  EXPECT_THAT(words(now), testing::EndsWith("\nno task process is connected"));
  now.processes->push_back({"host-7 at a:1", 75, {{"split", 2, 10, 5, 1, 9, 3, true, {}, 0.5}}});
  EXPECT_THAT(words(now),
              testing::EndsWith("\n\nTASK           WORKERS  IN HAND  BEGUN  CREDIT  BUSY  HANDLED"
                                "  ERRORS  CONNECTED  TASK PROCESS\n"
                                "split (stuck)        2        5      1      10   50%        9"
                                "       3     75.0 s  host-7 at a:1"));
  (*now.processes)[0].tasks[0].trouble = "no disk";
  EXPECT_THAT(words(now), HasSubstr("\nsplit (stuck)  "));
  (*now.processes)[0].tasks[0].stuck = false;
  EXPECT_THAT(words(now), HasSubstr("\nsplit (in trouble)  "));
}

TEST(top_in_words, tells_what_changes) {
  EXPECT_EQ(top_words(nlohmann::ordered_json::parse(to_json(a_status())), 0),
            "shop: running for 75.0 s; 1,200/s read, 0/s acked, 0 in flight\n"
            "TASK   RATE/s  QUEUED  IN HAND  WORKERS  BUSY    P50  P99  ERRORS  RETRIES\n"
            "split   1,199       0        0        2   42%  12 us    -       3        0");
}

TEST(a_task_in_trouble, has_a_line_where_people_look) {
  admin::run_status now = a_status();
  now.tasks[0].trouble = "Redis at a:1:\nnobody";
  const std::string line = "task split: in trouble, Redis at a:1:\\x0anobody\nTASK ";
  EXPECT_THAT(words(now), HasSubstr("256 MiB\n" + line));
  auto told = nlohmann::ordered_json::parse(to_json(now));
  EXPECT_THAT(top_words(told, 0), HasSubstr("in flight\n" + line));
  EXPECT_THAT(words(a_status()), Not(HasSubstr("in trouble")));
  told["tasks"][0].erase("trouble"); // of an older version
  EXPECT_THAT(top_words(told, 0), Not(HasSubstr("in trouble")));
}

TEST(orders_in_words, say_what_they_mean) {
  const auto words_of = [](const char* text) {
    return order_words(nlohmann::ordered_json::parse(text));
  };
  EXPECT_EQ(words_of(R"({"topology":"shop","state":"running"})"),
            "shop is running: its source is read");
  EXPECT_THAT(words_of(R"({"topology":"shop","state":"dreaming"})"), HasSubstr("dreaming"));
  EXPECT_EQ(level_words(nlohmann::ordered_json::parse(
                R"({"topology":"shop","level":"debug","reverts_in_s":300.0})")),
            "shop logs debug and worse for 5.0 min");
  EXPECT_EQ(level_words(nlohmann::ordered_json::parse(
                R"({"topology":"shop","level":"info","reverts_in_s":null})")),
            "shop logs info and worse from now on");
}

TEST(a_status_in_words, is_made_of_a_status_alone) {
  for (const char* text : {"{}", "[]", "{\"topology\":1}"}) {
    EXPECT_THROW(status_words(nlohmann::ordered_json::parse(text), 0),
                 nlohmann::ordered_json::exception)
        << text;
  }
}

} // namespace
} // namespace tempest::cli
