// A run that is asked how it stands, and told to pause, to go on, to drain and to stop.
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "tests/unit/service/gate.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

using admin::activity;
using admin::order;

admin::order_answer give(run_questions& to, order what) {
  std::promise<admin::order_answer> said;
  EXPECT_TRUE(
      to.give_order(what, [&](admin::order_answer one) { said.set_value(std::move(one)); }));
  return said.get_future().get();
}

std::shared_ptr<const admin::run_status> ask(run_questions& whom) {
  std::promise<std::shared_ptr<const admin::run_status>> said;
  EXPECT_TRUE(whom.ask_status([&](auto one) { said.set_value(std::move(one)); }));
  return said.get_future().get();
}

struct no_disk {
  void connect() { throw std::runtime_error("the disk is not there"); }
  void write(const messages&, std::span<written>) {}
  void flush() {}
};

TEST(a_run_without_its_sink, tells_why_its_task_does_not_get_on) {
  topology_rig rig;
  rig.source.ends = false;
  rig.sink_task<no_disk>("store");
  rig.run_asked([](run_questions& run) {
    while (ask(run)->tasks.at(0).trouble != "the disk is not there") std::this_thread::yield();
    give(run, order::stop);
  });
}

// With a task that stops at the gate, one in hand and 99 that wait.
struct a_busy_run : testing::Test {
  a_busy_run() {
    rig.source.messages = topology_rig::numbered(100);
    rig.source.ends = false;
    rig.task<gated>("T1");
    rig.plan.tasks[0].settings.poll_count = 1;
    gate::close();
  }
  topology_rig rig;
};

TEST_F(a_busy_run, tells_how_it_stands) {
  rig.run_asked([&](run_questions& run) {
    gate::wait_for_arrival();
    auto now = ask(run);
    while (now->in_flight.messages < 100) now = ask(run); // accepted, that is
    EXPECT_EQ(now->topology, "test");
    EXPECT_EQ(now->mode, "standalone");
    EXPECT_EQ(now->state, activity::running);
    EXPECT_TRUE(now->source.up);
    EXPECT_GT(now->source.read_per_s, 0);
    EXPECT_EQ(now->in_flight.messages, 100u);
    EXPECT_EQ(now->in_flight.max_messages, rig.plan.settings.limit.max_pending);
    EXPECT_GT(now->in_flight.bytes, 0u);
    ASSERT_EQ(now->tasks.size(), 1u);
    EXPECT_EQ(now->tasks[0].name, "T1");
    EXPECT_EQ(now->tasks[0].in_hand, 1u);
    EXPECT_EQ(now->tasks[0].queued, 99u);
    while (ask(run)->in_flight.oldest_age_s == 0) std::this_thread::yield();
    EXPECT_EQ(give(run, order::stop).state, activity::stopping);
    EXPECT_EQ(ask(run)->state, activity::stopping);
    gate::open();
  });
}

TEST_F(a_busy_run, drains_to_the_last_message) {
  const run_report report = rig.run_asked([&](run_questions& run) {
    gate::wait_for_arrival();
    while (ask(run)->source.read < 100) std::this_thread::yield();
    EXPECT_EQ(give(run, order::drain).state, activity::draining);
    EXPECT_EQ(give(run, order::drain).refusal, "");
    for (const order what : {order::pause, order::resume}) {
      EXPECT_THAT(give(run, what).refusal, testing::HasSubstr("it drains"));
      EXPECT_EQ(ask(run)->state, activity::draining);
    }
    gate::open();
  });
  EXPECT_EQ(report.source.acked, 100u);
  EXPECT_EQ(report.source.returned, 0u);
  EXPECT_EQ(report.exit_code, 0);
}

TEST_F(a_busy_run, stops_and_gives_back_what_is_not_begun) {
  const run_report report = rig.run_asked([&](run_questions& run) {
    gate::wait_for_arrival();
    while (ask(run)->source.read < 100) std::this_thread::yield();
    EXPECT_EQ(give(run, order::stop).state, activity::stopping);
    EXPECT_EQ(give(run, order::stop).refusal, "") << "told twice, it does not hurry";
    for (const order what : {order::pause, order::resume, order::drain}) {
      EXPECT_THAT(give(run, what).refusal, testing::HasSubstr("about to end"));
    }
    while (rig.source.count(outcome::give_back) < 99) std::this_thread::yield();
    gate::open();
  });
  EXPECT_EQ(report.source.acked, 1u);
  EXPECT_EQ(report.source.returned, 99u);
  EXPECT_EQ(report.exit_code, 0);
}

struct passes_on {
  void handle(const message&, outbox& out) { out.forward(); }
};

TEST(a_run, reads_nothing_while_it_is_paused) {
  topology_rig rig;
  rig.source.messages = topology_rig::numbered(100'000);
  rig.source.ends = false; // the run waits for its orders
  rig.task<passes_on>("T1");
  rig.run_asked([&](run_questions& run) {
    EXPECT_EQ(give(run, order::pause).state, activity::paused);
    EXPECT_EQ(give(run, order::pause).state, activity::paused);
    const auto poll_again = [&] {
      const int polls = rig.source.polls;
      while (rig.source.polls < polls + 2) std::this_thread::yield();
    };
    poll_again();
    const std::uint64_t read = ask(run)->source.read;
    poll_again();
    EXPECT_EQ(ask(run)->source.read, read);
    EXPECT_EQ(ask(run)->state, activity::paused);
    EXPECT_EQ(give(run, order::resume).state, activity::running);
    EXPECT_EQ(give(run, order::resume).state, activity::running);
    while (rig.source.count(outcome::ack) < 100'000) std::this_thread::yield();
    EXPECT_EQ(give(run, order::stop).state, activity::stopping);
  });
  EXPECT_EQ(rig.source.count(outcome::ack), 100'000u);
}

} // namespace
} // namespace tempest::service
