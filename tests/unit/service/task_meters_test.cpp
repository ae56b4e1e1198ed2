#include "runtime/service/task_meters.hpp"

#include <gtest/gtest.h>

#include "tests/support/metric_values.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t second = 1'000'000'000;

struct meters : testing::Test {
  meters() {
    plan_.tasks.resize(1);
    plan_.tasks[0].settings.name = "split";
    plan_.tasks[0].plugin.descriptor = &plugin_;
  }
  double seconds(const std::string& state) {
    return metrics::values(registry_).at(
        "tempest_task_worker_seconds_total{topology=\"shop\",state=\"" + state +
        "\",task=\"split\"}");
  }

  tempest_descriptor plugin_{};
  assembly plan_;
  metrics::registry registry_{"shop"};
  worker::work_meter meter_;
  meter_reading last_;
};

TEST_F(meters, share_out_all_the_time_there_was) {
  task_meters all(plan_, registry_);
  all.look(0, meter_, last_, false, 10 * second);
  meter_.begins(11 * second);
  meter_.ends(13 * second);
  meter_.begins(14 * second); // and still at work
  all.look(0, meter_, last_, false, 16 * second);
  EXPECT_DOUBLE_EQ(seconds("busy"), 4);
  EXPECT_DOUBLE_EQ(seconds("idle"), 2);
  EXPECT_DOUBLE_EQ(seconds("blocked"), 0);
  meter_.ends(17 * second);
  all.look(0, meter_, last_, true, 20 * second);
  EXPECT_DOUBLE_EQ(seconds("busy"), 5);
  EXPECT_DOUBLE_EQ(seconds("idle"), 2);
  EXPECT_DOUBLE_EQ(seconds("blocked"), 3);
}

// A meter that is read while a batch ends may say too much.
TEST_F(meters, never_count_more_than_has_passed) {
  task_meters all(plan_, registry_);
  all.look(0, meter_, last_, false, 10 * second);
  meter_.begins(5 * second);
  meter_.ends(15 * second);
  all.look(0, meter_, last_, false, 11 * second);
  EXPECT_DOUBLE_EQ(seconds("busy"), 1);
  EXPECT_DOUBLE_EQ(seconds("idle"), 0);
}

TEST_F(meters, tell_workers_and_how_long_deliveries_took) {
  task_meters all(plan_, registry_);
  all.count(0, 3);
  meter_.handled(6'000'000, 3);
  all.look(0, meter_, last_, false, 10 * second);
  const auto now = metrics::values(registry_);
  EXPECT_EQ(now.at(R"(tempest_task_workers{topology="shop",task="split"})"), 3);
  EXPECT_EQ(now.at(R"(tempest_task_handle_seconds_count{topology="shop",task="split"})"), 3);
  EXPECT_DOUBLE_EQ(now.at(R"(tempest_task_handle_seconds_sum{topology="shop",task="split"})"),
                   0.006);
}

} // namespace
} // namespace tempest::service
