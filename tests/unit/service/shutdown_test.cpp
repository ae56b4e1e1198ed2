// Every way a run ends, and what it says then (G9).
#include <functional>
#include <thread>

#include "tests/unit/service/gate.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using std::chrono::milliseconds;

struct does_nothing {
  void handle(const message&, outbox&) {}
};

struct always_away {
  void connect() { throw std::runtime_error("the letter box is gone"); }
  void write(const messages&, std::span<written>) {}
  void flush() {}
};

struct rejects_all {
  void handle(const message&, outbox&) { throw reject("never"); }
};

// Gives it that many messages; the source goes on waiting for more.
void feed(topology_rig& rig, std::size_t count) {
  rig.source.messages = topology_rig::numbered(count);
  rig.source.ends = false;
}

// Runs `rig` with a task that stops at the gate, and `people` beside it.
run_report run_gated(topology_rig& rig, const std::function<void(stop_request&)>& people) {
  rig.task<gated>("T1");
  rig.plan.tasks[0].settings.poll_count = 1; // one in hand, the others wait
  gate::close();
  stop_request stop;
  std::thread beside([&] { people(stop); });
  run_options how;
  how.stop = &stop;
  run_report report = rig.run(how);
  beside.join();
  return report;
}

// Until `rig` has given back that many messages.
void wait_for_returns(topology_rig& rig, std::size_t count) {
  while (rig.source.count(outcome::give_back) < count) std::this_thread::yield();
}

// A topology whose threads may outlive the test: it is never taken down.
topology_rig& immortal_rig() {
  static std::vector<topology_rig*> kept;
  return *kept.emplace_back(new topology_rig);
}

TEST(shutdown, what_is_begun_finishes_and_the_rest_goes_back) {
  topology_rig rig;
  feed(rig, 100);
  const run_report report = run_gated(rig, [&](stop_request& stop) {
    gate::wait_for_arrival();
    stop.count = 1;
    wait_for_returns(rig, 98);
    gate::open();
  });
  EXPECT_EQ(report.source.read, 100u);
  EXPECT_EQ(report.source.acked, 1u);
  EXPECT_EQ(report.source.returned, 99u);
  EXPECT_EQ(report.source.abandoned, 0u);
  EXPECT_EQ(report.tasks[0].inflow, 1u);
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(gate::shutdowns, 1);
  EXPECT_FALSE(report.stuck);
}

TEST(shutdown, what_hangs_at_the_deadline_is_abandoned) {
  topology_rig& rig = immortal_rig();
  feed(rig, 3);
  rig.plan.settings.graceful_shutdown = milliseconds(50);
  const run_report report = run_gated(rig, [&](stop_request& stop) {
    gate::wait_for_arrival();
    stop.count = 1;
  });
  EXPECT_EQ(report.source.abandoned, 1u);
  EXPECT_EQ(report.source.returned, 2u);
  EXPECT_EQ(report.source.acked, 0u);
  EXPECT_EQ(report.exit_code, 75);
  EXPECT_TRUE(report.stuck);
  gate::open();
}

TEST(shutdown, a_second_request_reports_at_once) {
  topology_rig& rig = immortal_rig();
  feed(rig, 3);
  const run_report report = run_gated(rig, [&](stop_request& stop) {
    gate::wait_for_arrival();
    stop.count = 2;
  });
  EXPECT_EQ(report.exit_code, 75);
  EXPECT_GE(report.source.abandoned, 1u); // what went back may be confirmed by then, or not
  EXPECT_EQ(report.source.abandoned + report.source.returned, report.source.read);
  EXPECT_TRUE(report.stuck);
  gate::open();
}

TEST(shutdown, a_duration_ends_it) {
  topology_rig rig;
  feed(rig, 10);
  rig.task<does_nothing>("T1");
  run_options how;
  how.duration = milliseconds(100);
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.acked, 10u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(shutdown, idleness_ends_it) {
  topology_rig rig;
  feed(rig, 10);
  rig.task<does_nothing>("T1");
  run_options how;
  how.stop_when_idle = milliseconds(500);
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.acked, 10u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(shutdown, what_is_read_in_the_last_moment_goes_back) {
  topology_rig rig;
  feed(rig, 1);
  rig.source.last_moment = true;
  rig.task<does_nothing>("T1");
  run_options how;
  how.duration = milliseconds(50);
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.read, 1u);
  EXPECT_EQ(report.source.returned, 1u);
  EXPECT_EQ(report.source.abandoned, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(shutdown, a_source_that_has_a_part_of_a_message_is_not_idle) {
  topology_rig rig;
  feed(rig, 1);
  rig.source.parts = 75; // 20 ms each
  rig.task<does_nothing>("T1");
  run_options how;
  how.stop_when_idle = milliseconds(1000); // a busy machine runs each thread more often than that
  EXPECT_EQ(rig.run(how).source.acked, 1u);
}

TEST(shutdown, what_goes_back_to_a_source_that_cannot_redeliver_is_abandoned) {
  topology_rig rig;
  feed(rig, 10);
  rig.source.redelivers = false;
  const run_report report = run_gated(rig, [&](stop_request& stop) {
    gate::wait_for_arrival();
    stop.count = 1;
    wait_for_returns(rig, 8);
    gate::open();
  });
  EXPECT_EQ(report.source.acked, 1u);
  EXPECT_EQ(report.source.returned, 0u);
  EXPECT_EQ(report.source.abandoned, 9u);
  EXPECT_EQ(report.exit_code, 75);
}

TEST(shutdown, dead_letters_that_cannot_be_written_go_back_to_the_source) {
  topology_rig rig;
  feed(rig, 5);
  rig.task<rejects_all>("T1");
  rig.dead_letters<always_away>();
  run_options how;
  how.duration = milliseconds(100);
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.acked, 0u);
  EXPECT_EQ(report.source.dead_lettered, 0u);
  EXPECT_EQ(report.source.returned, 5u);
  EXPECT_EQ(report.source.abandoned, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(shutdown, a_handler_that_makes_no_progress_times_out) {
  topology_rig rig;
  rig.source.messages = {"one"};
  rig.source.ends = false;
  rig.source.redeliver_limit = 0;
  rig.plan.settings.limit.msg_timeout = milliseconds(50);
  rig.plan.settings.policy.type = config::policy_type::none;
  const run_report report = run_gated(rig, [&](stop_request& stop) {
    while (rig.source.count(outcome::fail) == 0) std::this_thread::yield();
    gate::open();
    stop.count = 1;
  });
  EXPECT_EQ(report.tasks[0].errors, 1u);
  EXPECT_EQ(report.tasks[0].handled, 0u); // its late report changes nothing
  EXPECT_EQ(report.source.failed, 1u);
  EXPECT_EQ(report.source.acked, 0u);
}

TEST(shutdown, whoever_is_stopped_before_the_source_answered_has_not_failed) {
  topology_rig rig;
  rig.task<does_nothing>("T1");
  stop_request stop;
  rig.source.stop_early = &stop;
  run_options how;
  how.stop = &stop;
  const run_report report = rig.run(how);
  EXPECT_EQ(report.source.read, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(shutdown, what_was_lost_to_others_is_told) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(5);
  rig.source.loses = true;
  rig.source.answer = settled::gone;
  rig.task<does_nothing>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.read, 5u);
  EXPECT_EQ(report.source.withdrawn, 1u);
  EXPECT_EQ(report.source.gone, 4u);
  EXPECT_EQ(report.source.abandoned, 0u);
}

TEST(shutdown, a_source_that_never_answers_cannot_hold_up_its_end) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(5);
  rig.source.answer = {};
  rig.plan.settings.graceful_shutdown = milliseconds(50);
  rig.task<does_nothing>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(rig.source.count(outcome::ack), 5u);
  EXPECT_EQ(report.source.acked, 0u);
  EXPECT_EQ(report.source.abandoned, 5u);
  EXPECT_EQ(report.exit_code, 75);
  EXPECT_FALSE(report.stuck);
}

TEST(shutdown, a_source_that_takes_all_of_its_time_to_close_has_come_back) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(5);
  rig.source.answer = {};
  rig.source.in_close = [](deadline until) { std::this_thread::sleep_until(until); };
  rig.plan.settings.graceful_shutdown = milliseconds(50);
  rig.task<does_nothing>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.abandoned, 5u);
  EXPECT_FALSE(report.stuck);
}

TEST(shutdown, with_nothing_in_hand_a_silent_broker_is_not_waited_for_long) {
  topology_rig rig;
  feed(rig, 5);
  rig.plan.settings.graceful_shutdown = std::chrono::hours(1);
  bool is_soon = false;
  rig.source.in_close = [&](deadline until) {
    is_soon = until < std::chrono::steady_clock::now() + std::chrono::minutes(1);
  };
  rig.task<does_nothing>("T1");
  run_options how;
  how.duration = milliseconds(100);
  EXPECT_EQ(rig.run(how).source.acked, 5u);
  EXPECT_TRUE(is_soon);
}

TEST(shutdown, with_nothing_in_hand_a_source_may_still_be_slow_to_close) {
  topology_rig rig;
  feed(rig, 1);
  rig.source.in_close = [](deadline until) {
    std::this_thread::sleep_until(until + milliseconds(1500)); // a disk, say
  };
  rig.task<does_nothing>("T1");
  run_options how;
  how.duration = milliseconds(50);
  EXPECT_FALSE(rig.run(how).stuck);
}

TEST(shutdown, an_end_without_any_message_is_an_end) {
  topology_rig rig;
  rig.task<does_nothing>("T1");
  const run_report report = rig.run();
  EXPECT_EQ(report.source.read, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

} // namespace
} // namespace tempest::service
