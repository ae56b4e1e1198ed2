#include "runtime/service/run_metrics.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "runtime/base/clock.hpp"
#include "runtime/service/run_settings.hpp"
#include "tests/support/metric_values.hpp"

namespace tempest::service {
namespace {

struct measured : testing::Test {
  measured() {
    plan_.tasks.resize(1);
    plan_.tasks[0].settings.name = "split";
    plan_.settings.source.plugin.type = "mock";
  }
  double value(const std::string& name) { return metrics::values(registry_).at(name); }
  void publish(run_metrics& all) {
    const engine::engine engine(engine_settings_of(plan_));
    all.publish(engine, 0, source_, report_);
  }

  assembly plan_;
  metrics::registry registry_{"shop"};
  source::pump_status source_;
  run_report report_;
};

TEST_F(measured, messages_are_timed_when_their_end_is_decided) {
  run_metrics all(plan_, registry_);
  const std::int64_t second = 1'000'000'000;
  all.settled(std::vector<engine::settlement>{{1, TEMPEST_ACK, 2 * second, 0},
                                              {2, TEMPEST_FAIL, 4 * second, 0},
                                              {3, TEMPEST_RETURN, 5 * second, 0}},
              5 * second);
  publish(all);
  EXPECT_EQ(value(R"(tempest_topology_message_seconds_count{topology="shop"})"), 2);
  EXPECT_EQ(value(R"(tempest_topology_message_seconds_sum{topology="shop"})"), 4);
  EXPECT_EQ(value(R"(tempest_topology_message_age_seconds_count{topology="shop"})"), 0);
  EXPECT_EQ(value(R"(tempest_topology_messages_settled_total{topology="shop",outcome="fail"})"), 1);
  EXPECT_EQ(value(R"(tempest_topology_messages_settled_total{topology="shop",outcome="return"})"),
            1);
}

// What was read together is timed once for all of it, and only that.
TEST_F(measured, each_message_is_timed_by_its_own_times) {
  run_metrics all(plan_, registry_);
  const std::int64_t second = 1'000'000'000;
  const std::int64_t now_ms = base::calendar_ms();
  all.settled(std::vector<engine::settlement>{{1, TEMPEST_ACK, 2 * second, now_ms},
                                              {2, TEMPEST_ACK, 2 * second, now_ms},
                                              {3, TEMPEST_ACK, 2 * second, 0},
                                              {4, TEMPEST_FAIL, 2 * second, 0},
                                              {5, TEMPEST_FAIL, 4 * second, 0}},
              5 * second);
  publish(all);
  EXPECT_EQ(value(R"(tempest_topology_message_seconds_count{topology="shop"})"), 5);
  EXPECT_EQ(value(R"(tempest_topology_message_seconds_sum{topology="shop"})"), 13);
  EXPECT_EQ(value(R"(tempest_topology_message_age_seconds_count{topology="shop"})"), 2);
  EXPECT_EQ(value(R"(tempest_topology_messages_settled_total{topology="shop",outcome="ack"})"), 3);
  EXPECT_EQ(value(R"(tempest_topology_messages_settled_total{topology="shop",outcome="fail"})"), 2);
}

TEST_F(measured, whatever_time_a_source_gives_does_no_harm) {
  run_metrics all(plan_, registry_);
  for (const std::int64_t time_ms :
       {std::numeric_limits<std::int64_t>::max(), base::calendar_ms() + 100'000,
        std::int64_t{1} << 60, std::numeric_limits<std::int64_t>::min()}) {
    all.settled(std::vector<engine::settlement>{{1, TEMPEST_ACK, 1, time_ms}}, 2);
  }
  publish(all);
  EXPECT_EQ(value(R"(tempest_topology_message_age_seconds_count{topology="shop"})"), 3);
  EXPECT_EQ(value(R"(tempest_topology_message_age_seconds_sum{topology="shop"})"), 0);
}

TEST_F(measured, what_waits_at_the_broker_is_shown_once_the_source_knows) {
  run_metrics all(plan_, registry_);
  const std::string name = R"(tempest_source_waiting_messages{topology="shop",source="mock"})";
  publish(all);
  EXPECT_FALSE(metrics::values(registry_).contains(name));
  source_.waiting = 12;
  publish(all);
  EXPECT_EQ(value(name), 12);
  source_.waiting.reset();
  publish(all);
  EXPECT_FALSE(metrics::values(registry_).contains(name)) << "an old figure is a wrong one";
  source_.waiting = 7;
  publish(all);
  EXPECT_EQ(value(name), 7);
}

TEST_F(measured, counters_never_fall) {
  run_metrics all(plan_, registry_);
  const std::string read = R"(tempest_source_messages_read_total{topology="shop",source="mock"})";
  for (const std::uint64_t count : {5U, 3U, 7U}) {
    source_.counts.read = count;
    publish(all);
    EXPECT_GE(value(read), 5);
  }
  EXPECT_EQ(value(read), 7);
}

} // namespace
} // namespace tempest::service
