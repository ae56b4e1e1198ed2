// Whole topologies: what is read is handled, and acknowledged once.
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

template <int Count>
struct emit_times {
  void handle(const message& in, outbox& out) {
    for (int i = 0; i < Count; ++i) out.emit(in.text());
  }
};

struct only_even {
  bool filter(const message& in) { return (in.text().back() - '0') % 2 == 0; }
  void handle(const message&, outbox& out) { out.forward(); }
};

// The diamond that the 2019 project documented, with its numbers.
TEST(flow, a_diamond_multiplies_as_documented) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(1000);
  const auto t1 = rig.task<emit_times<1>>("T1");
  const auto t2 = rig.task<emit_times<2>>("T2");
  const auto t3 = rig.task<emit_times<3>>("T3", 2);
  const auto t4 = rig.task<emit_times<4>>("T4", 2);
  rig.edge(t1, t2);
  rig.edge(t1, t3);
  rig.edge(t2, t4);
  rig.edge(t3, t4);
  const run_report report = rig.run();
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(report.source.read, 1000u);
  EXPECT_EQ(report.source.acked, 1000u);
  EXPECT_EQ(report.tasks[t1].outflow, 1000u);
  EXPECT_EQ(report.tasks[t2].outflow, 2000u);
  EXPECT_EQ(report.tasks[t3].outflow, 3000u);
  EXPECT_EQ(report.tasks[t4].inflow, 5000u);
  EXPECT_EQ(report.tasks[t4].outflow, 20000u);
  EXPECT_EQ(rig.source.count(outcome::ack), 1000u);
}

TEST(flow, what_is_filtered_is_skipped_and_acknowledged) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(100);
  const auto filter = rig.task<only_even>("filter");
  const auto last = rig.task<emit_times<0>>("last");
  rig.edge(filter, last);
  const run_report report = rig.run();
  EXPECT_EQ(report.source.acked, 100u);
  EXPECT_EQ(report.tasks[filter].skipped, 50u);
  EXPECT_EQ(report.tasks[last].handled, 50u);
}

TEST(flow, the_source_is_not_read_beyond_max_pending) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(5000);
  rig.plan.settings.limit.max_pending = 50;
  rig.task<emit_times<1>>("T1", 3);
  std::uint64_t most = 0;
  run_options how;
  how.status_interval = std::chrono::milliseconds(0);
  how.on_status = [&](const run_report& now) { most = std::max(most, now.in_flight); };
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.acked, 5000u);
  EXPECT_GT(most, 0u);
  EXPECT_LE(most, 50u);
}

} // namespace
} // namespace tempest::service
