// Handlers that hang: their workers are replaced, and hold nobody else up.
#include <gmock/gmock.h>

#include <functional>
#include <thread>

#include "tests/unit/service/gate.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// Stops at the gate with one message, as often as it is said to.
struct hangs {
  void handle(const message& in, outbox& out) {
    if (in.text() == which && in.attempt() <= times) {
      gate::pass();
      out.emit("late"); // touches nothing that is gone
    }
    ++handled;
  }
  void shutdown() { ++gate::shutdowns; }
  ~hangs() { ++freed; }
  static inline std::string which;
  static inline std::uint32_t times = 1;
  static inline std::atomic<int> handled{0};
  static inline std::atomic<int> freed{0};
};

struct progresses {
  void handle(const message& in, outbox&) {
    for (int i = 0; i < 40; ++i) {
      std::this_thread::sleep_for(milliseconds(50));
      in.progress();
    }
  }
};

// Is at work on message 0 until it is let go, and says so.
struct keeps_on {
  void handle(const message& in, outbox&) {
    while (in.text() == "0" && !let_go.load()) {
      std::this_thread::sleep_for(milliseconds(20));
      in.progress();
    }
  }
  static inline std::atomic<bool> let_go{false};
};

// Takes long enough to be slow, and ends nothing by itself: forgets what is called 0 and 1 at
// first.
struct puts_off {
  void handle(delivery in) {
    std::this_thread::sleep_for(milliseconds(15));
    const bool is_lost = forgets && in.input().attempt() == 1 &&
                         (in.input().text() == "0" || in.input().text() == "1");
    const std::scoped_lock lock(mutex);
    (is_lost ? lost : kept).push_back(in.defer());
  }
  static std::size_t count() {
    const std::scoped_lock lock(mutex);
    return kept.size();
  }
  static void end_all() {
    const std::scoped_lock lock(mutex);
    for (deferred& one : kept) one.succeed();
    kept.clear();
  }
  static inline bool forgets = false;
  static inline std::mutex mutex;
  static inline std::vector<deferred> kept, lost;
};

void prepare(topology_rig& rig, std::size_t messages, std::uint32_t times,
             const std::string& which = "0") {
  rig.source.messages = topology_rig::numbered(messages);
  rig.source.ends = false;
  hangs::times = times;
  hangs::which = which;
  hangs::handled = hangs::freed = 0;
  gate::close();
}

// Runs `rig` until `people`, who see what was settled, are through.
run_report run_with(topology_rig& rig, const std::function<void()>& people) {
  stop_request stop;
  run_options how;
  how.stop = &stop;
  std::thread beside([&] {
    people();
    stop.count = 1;
  });
  run_report report = rig.run(how);
  beside.join();
  return report;
}

void wait_until(const std::function<bool()>& holds) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), limit) << "waited in vain";
    std::this_thread::sleep_for(milliseconds(1));
  }
}

TEST(hang, a_worker_beyond_its_limit_is_replaced_and_its_delivery_fails_once) {
  topology_rig rig;
  rig.task<hangs>("T1");
  rig.plan.settings.limit.handler_limit = milliseconds(300);
  prepare(rig, 200, 1, "100"); // in the middle of a batch
  const run_report report = run_with(rig, [&] {
    wait_until([&] { return rig.source.count(outcome::ack) == 200; });
    gate::open(); // it comes back, and ends quietly
    wait_until([] { return hangs::freed == 1; });
  });
  EXPECT_EQ(report.source.acked, 200u);
  EXPECT_EQ(report.tasks[0].errors, 1u) << "the one in hand";
  EXPECT_EQ(report.tasks[0].timed_out, 1u);
  EXPECT_EQ(report.tasks[0].retries, 1u);
  EXPECT_EQ(report.tasks[0].handled, 200u) << "the late result counts for nothing";
  EXPECT_EQ(report.tasks[0].inflow, 201u) << "what it had not begun is no attempt";
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_FALSE(report.stuck);
  EXPECT_EQ(gate::shutdowns, 2) << "of both instances";
}

TEST(hang, the_last_straw_ends_the_process_and_names_the_culprit) {
  topology_rig& rig = *new topology_rig; // a thread stays behind
  rig.task<hangs>("T1");
  rig.plan.settings.limit.handler_limit = milliseconds(200);
  prepare(rig, 5, 100);
  const auto start = std::chrono::steady_clock::now();
  const run_report report = rig.run();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15)) << "no patience";
  EXPECT_EQ(report.exit_code, 70);
  ASSERT_EQ(report.fatal.size(), 1u);
  EXPECT_THAT(report.fatal[0], HasSubstr("task 'T1'"));
  EXPECT_THAT(report.fatal[0], HasSubstr("(handler_limit)"));
  EXPECT_THAT(report.fatal[0], HasSubstr("message '0'"));
  EXPECT_THAT(report.fatal[0], HasSubstr("1 of its workers were replaced"));
  EXPECT_GE(report.source.returned, 1u) << "the source has it back";
  EXPECT_EQ(report.source.acked + report.source.returned, 5u);
  EXPECT_EQ(report.source.abandoned, 0u);
  EXPECT_TRUE(report.stuck);
  gate::open();
}

TEST(hang, what_waits_behind_a_handler_is_done_by_others_without_a_limit) {
  topology_rig rig;
  rig.task<hangs>("T1", 2);
  prepare(rig, 200, 1);
  const run_report report = run_with(rig, [&] {
    wait_until([&] { return rig.source.count(outcome::ack) == 199; });
    EXPECT_EQ(rig.source.count(outcome::fail), 0u);
    gate::open();
    wait_until([&] { return rig.source.count(outcome::ack) == 200; });
  });
  EXPECT_EQ(report.source.acked, 200u);
  EXPECT_EQ(report.tasks[0].errors, 0u);
  EXPECT_EQ(report.tasks[0].inflow, 200u);
  EXPECT_EQ(report.tasks[0].handled, 200u);
}

TEST(hang, what_waits_behind_a_handler_that_tells_progress_is_done_by_others) {
  topology_rig rig;
  rig.task<keeps_on>("T1", 2);
  rig.source.messages = topology_rig::numbered(200);
  rig.source.ends = false;
  keeps_on::let_go = false;
  const run_report report = run_with(rig, [&] {
    wait_until([&] { return rig.source.count(outcome::ack) == 199; });
    keeps_on::let_go = true;
    wait_until([&] { return rig.source.count(outcome::ack) == 200; });
  });
  EXPECT_EQ(report.source.acked, 200u);
  EXPECT_EQ(report.tasks[0].inflow, 200u);
}

TEST(hang, what_was_put_off_keeps_a_slow_worker_from_nothing) {
  topology_rig rig;
  rig.task<puts_off>("T1");
  rig.source.messages = topology_rig::numbered(6);
  rig.source.ends = false;
  puts_off::forgets = false;
  const run_report report = run_with(rig, [&] {
    wait_until([&] { return puts_off::count() == 6; });
    puts_off::end_all();
    wait_until([&] { return rig.source.count(outcome::ack) == 6; });
  });
  EXPECT_EQ(report.source.acked, 6u);
}

TEST(hang, a_worker_whose_places_are_all_taken_by_what_it_forgot_is_replaced) {
  topology_rig& rig = *new topology_rig; // of which a thread may be left
  rig.task<puts_off>("T1");
  rig.plan.tasks[0].settings.poll_count = 2;
  rig.plan.settings.limit.handler_limit = milliseconds(300);
  rig.source.messages = topology_rig::numbered(6);
  rig.source.ends = false;
  puts_off::forgets = true;
  const run_report report = run_with(rig, [&] {
    wait_until([&] {
      puts_off::end_all();
      return rig.source.count(outcome::ack) == 6;
    });
    const std::scoped_lock lock(puts_off::mutex);
    puts_off::lost.clear(); // too late to matter, and its worker can end
  });
  EXPECT_EQ(report.source.acked, 6u);
  EXPECT_EQ(report.tasks[0].errors, 2u);
}

TEST(hang, what_was_finished_before_it_is_done_again_once_it_timed_out) {
  topology_rig rig;
  rig.task<hangs>("T1", 2);
  rig.plan.settings.limit.msg_timeout = milliseconds(1500);
  prepare(rig, 200, 1, "100");
  const run_report report = run_with(rig, [&] {
    wait_until([&] { return rig.source.count(outcome::ack) == 200; });
    gate::open();
  });
  EXPECT_EQ(report.source.acked, 200u);
  EXPECT_EQ(report.tasks[0].errors, 1u);
  EXPECT_EQ(report.tasks[0].handled, 200u);
  EXPECT_EQ(report.tasks[0].inflow, 201u);
}

TEST(hang, progress_restarts_every_clock) {
  topology_rig rig;
  rig.task<progresses>("T1");
  rig.source.messages = {"long"};
  rig.plan.settings.limit.handler_limit = rig.plan.settings.limit.msg_timeout = milliseconds(1000);
  rig.plan.settings.limit.handler_warn = milliseconds(1000);
  const run_report report = rig.run();
  EXPECT_EQ(report.source.acked, 1u);
  EXPECT_EQ(report.tasks[0].errors, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST(hang, beyond_the_limit_a_shutdown_waits_no_longer) {
  topology_rig& rig = *new topology_rig;
  rig.task<hangs>("T1");
  rig.plan.settings.limit.handler_limit = milliseconds(500);
  prepare(rig, 1, 100);
  const auto start = std::chrono::steady_clock::now();
  const run_report report = run_with(rig, [] { gate::wait_for_arrival(); });
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(15));
  EXPECT_EQ(report.source.returned, 1u);
  EXPECT_EQ(report.source.abandoned, 0u);
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_TRUE(report.stuck);
  gate::open();
}

} // namespace
} // namespace tempest::service
