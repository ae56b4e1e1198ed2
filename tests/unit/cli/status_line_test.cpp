#include "cli/output/status_line.hpp"

#include <gmock/gmock.h>

#include "cli/output/summary.hpp"

namespace tempest::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

service::run_report report_at(double seconds, std::uint64_t handled) {
  service::run_report made;
  made.topology = "shop";
  made.duration_s = seconds;
  made.source.read = 1200;
  made.source.acked = 1100;
  made.source.failed = 3;
  made.in_flight = 97;
  made.tasks.push_back({{.inflow = handled, .handled = handled}, "split"});
  return made;
}

TEST(status_text, shows_counts_and_the_rate_since_the_last_line) {
  EXPECT_EQ(status_text(report_at(1, 1000), report_at(3, 5000), 200),
            "read 1,200  in flight 97  acked 1,100  failed 3 | split 2,000/s");
}

TEST(status_text, of_a_topology_process_shows_who_is_connected) {
  service::run_report now = report_at(2, 100);
  now.processes = service::process_counts{3, 5};
  now.tasks[0].workers = 4;
  EXPECT_THAT(status_text({}, now, 200), HasSubstr("failed 3 | 3 task processes | split 50/s"));
  now.tasks[0].workers = 0;
  EXPECT_THAT(status_text({}, now, 200), HasSubstr("| split 50/s (no worker)"));
  EXPECT_THAT(summary_text(now), HasSubstr("\ntask processes: 5 joined"));
}

TEST(status_text, shows_dead_letters_that_wait) {
  service::run_report now = report_at(2, 100);
  now.letters_waiting = 1000;
  EXPECT_THAT(status_text({}, now, 200), HasSubstr("failed 3  dead letters waiting 1,000 | split"));
  now.letters_hold_up = true;
  EXPECT_THAT(status_text({}, now, 200),
              HasSubstr("waiting 1,000 (the source is not read) | split"));
}

TEST(status_text, starts_with_rates_from_nothing) {
  EXPECT_THAT(status_text({}, report_at(2, 100), 200), HasSubstr("split 50/s"));
}

TEST(status_text, never_reaches_the_last_column) {
  EXPECT_EQ(status_text({}, report_at(2, 100), 20).size(), 19u);
  EXPECT_EQ(status_text({}, report_at(2, 100), 0), "");
}

TEST(summary_text, leaves_out_what_did_not_happen) {
  const std::string text = summary_text(report_at(2, 100));
  EXPECT_THAT(text, HasSubstr("source: 1,200 read, 1,100 acknowledged, 3 failed\n"));
  EXPECT_THAT(text, Not(HasSubstr("abandoned")));
  EXPECT_THAT(text, HasSubstr("600 messages/s"));
}

TEST(summary_text, says_what_was_given_back_and_why_it_ended) {
  service::run_report report = report_at(2, 100);
  report.source.dead_lettered = 4;
  report.source.returned = 5;
  report.source.abandoned = 6;
  report.source.withdrawn = 7;
  report.source.gone = 8;
  report.fatal = {"source redis_stream: never reached"};
  const std::string text = summary_text(report);
  EXPECT_THAT(text,
              HasSubstr("4 dead-lettered, 5 returned to the source, 6 abandoned, 7 withdrawn"));
  EXPECT_THAT(text, HasSubstr("8 gone"));
  EXPECT_THAT(text, HasSubstr("ended early: source redis_stream: never reached"));
}

} // namespace
} // namespace tempest::cli
