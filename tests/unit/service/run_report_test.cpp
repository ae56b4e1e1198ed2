#include "runtime/service/run_report.hpp"

#include <gtest/gtest.h>

namespace tempest::service {
namespace {

TEST(the_report, is_one_line_of_json_in_the_documented_order) {
  run_report report;
  report.topology = "shop";
  report.duration_s = 1.5;
  report.source = {1, 2, 3, 4, 5, 6, 13, 14};
  report.tasks = {{{7, 8, 9, 10, 11, 15, 16, 12}, "split"}, {{}, "a \"b\""}};
  EXPECT_EQ(
      to_json(report),
      R"({"version":1,"topology":"shop","duration_s":1.5,"source":{"read":1,"acked":2,)"
      R"("failed":3,"dead_lettered":4,"returned":5,"abandoned":6,"withdrawn":13,"gone":14},)"
      R"("tasks":{"split":)"
      R"({"inflow":7,"handled":8,"skipped":9,"outflow":10,"errors":11,"retries":12,"rejected":15,"timed_out":16},)"
      R"("a \"b\"":{"inflow":0,"handled":0,"skipped":0,"outflow":0,"errors":0,"retries":0,)"
      R"("rejected":0,"timed_out":0}}})");
}

TEST(the_report, of_a_task_process_has_no_source) {
  run_report report;
  report.topology = "shop";
  report.has_source = false;
  EXPECT_EQ(to_json(report), R"({"version":1,"topology":"shop","duration_s":0.0,"tasks":{}})");
  report.tasks = {{{7, 8, 9, 10, 11, 15, 16, 12}, "split"}};
  EXPECT_NE(to_json(report).find(R"("retries":12,"rejected":15,"timed_out":16}}})"),
            std::string::npos);
}

TEST(the_report, of_a_topology_process_says_how_many_joined) {
  run_report report;
  report.processes = process_counts{1, 4};
  EXPECT_NE(to_json(report).find(R"("tasks":{},"processes":4})"), std::string::npos);
}

TEST(the_report, of_a_run_without_tasks_has_an_empty_table) {
  run_report report;
  report.tasks.clear();
  EXPECT_NE(to_json(report).find(R"("tasks":{}})"), std::string::npos);
}

} // namespace
} // namespace tempest::service
