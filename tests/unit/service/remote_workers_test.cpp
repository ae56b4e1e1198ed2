// Which task process gets what, and what becomes of it when it leaves.
#include <gmock/gmock.h>

#include "runtime/base/clock.hpp"
#include "tests/unit/service/played_processes.hpp"

namespace tempest::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(with_task_processes, a_task_is_stuck_when_it_is_so_in_every_process) {
  const auto said = [&] {
    testing::internal::CaptureStderr();
    workers.observe(base::steady_ns());
    return testing::internal::GetCapturedStderr();
  };
  const auto trouble = [&] { return health_.board().read().checks.at(2).trouble; }; // of "first"
  workers.joined(first_);
  workers.joined(both_);
  workers.stuck(first_, 0, true);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(trouble(), "") << "the other one works";
  workers.stuck(both_, 0, true);
  EXPECT_THAT(said(), HasSubstr("every worker of this task is with a handler"));
  EXPECT_EQ(trouble(), "every worker is stuck in its handler");
  EXPECT_EQ(said(), "") << "once";
  workers.stuck(first_, 0, false);
  EXPECT_THAT(said(), HasSubstr("the task works again"));
  EXPECT_EQ(trouble(), "");
  workers.left(first_, "gone", engine::departure::orderly);
  EXPECT_THAT(said(), HasSubstr("every worker of this task is with a handler"));
  workers.left(both_, "gone", engine::departure::orderly);
  EXPECT_EQ(said(), "") << "nobody got on";
  workers.joined(both_);
  EXPECT_THAT(said(), HasSubstr("the task works again"));
}

// "second" is a sink.
struct with_a_sink : with_task_processes {
  with_a_sink() : with_task_processes(with_sink()) {}
  static assembly with_sink() {
    assembly made = chain(TEMPEST_AT_LEAST_ONCE);
    made.tasks[1].settings.is_sink = true;
    return made;
  }
  admin::check sink() {
    workers.observe(base::steady_ns());
    const admin::health now = health_.board().read();
    return *std::find_if(now.checks.begin(), now.checks.end(),
                         [](const admin::check& one) { return one.name == "sink second"; });
  }
};

TEST_F(with_a_sink, it_is_away_when_it_is_so_for_every_process) {
  EXPECT_TRUE(sink().well()) << "nobody writes to it";
  workers.joined(second_);
  workers.joined(both_);
  EXPECT_TRUE(sink().well());
  workers.sink_trouble(second_, 0, "no disk");
  EXPECT_TRUE(sink().well()) << "the other one goes on";
  EXPECT_EQ(sink().note, "1 of 2 task processes, played: no disk");
  EXPECT_EQ(health_.task_trouble(1), "1 of 2 task processes, played: no disk");
  EXPECT_EQ(workers.processes()->at(0).tasks.at(0).trouble, "no disk");
  EXPECT_EQ(workers.processes()->at(1).tasks.at(1).trouble, "");
  workers.sink_trouble(both_, 1, "no road");
  EXPECT_EQ(sink().trouble, "2 of 2 task processes, first played: no disk");
  workers.sink_trouble(second_, 0, "");
  EXPECT_TRUE(sink().well());
  EXPECT_EQ(sink().note, "1 of 2 task processes, played: no road");
  workers.sink_trouble(both_, 1, "");
  EXPECT_EQ(sink().note, "");
}

TEST_F(with_a_sink, what_a_process_said_of_it_is_forgotten_with_the_process) {
  workers.joined(second_);
  workers.sink_trouble(second_, 0, "no disk");
  EXPECT_EQ(sink().trouble, "task process played: no disk");
  workers.left(second_, "gone", engine::departure::lost);
  EXPECT_TRUE(sink().well());
  workers.joined(second_);
  EXPECT_TRUE(sink().well()) << "it has not said anything";
}

TEST_F(with_a_sink, trouble_with_a_sink_that_is_none_is_no_matter) {
  workers.joined(both_);
  workers.sink_trouble(both_, 0, "no disk");
  EXPECT_TRUE(sink().well());
  EXPECT_EQ(health_.task_trouble(0), "");
}

TEST_F(with_task_processes, a_busy_one_gets_what_its_workers_are_due) {
  played_process three{{{0, 3}}};
  workers.joined(three);
  workers.joined(first_);
  accept(8);
  workers.hand_out();
  EXPECT_THAT(three.held[0], SizeIs(6));
  EXPECT_THAT(first_.held[0], SizeIs(2));
}

TEST_F(with_task_processes, one_that_takes_nothing_has_no_share) {
  played_process boaster{{{0, 1024}}};
  workers.joined(boaster);
  workers.joined(first_);
  boaster.messages = 0;
  accept(80);
  workers.hand_out();
  EXPECT_THAT(first_.held[0], SizeIs(80));
  boaster.messages = 1; // has room for one of its workers
  first_.messages = 100;
  accept(20);
  workers.hand_out();
  EXPECT_THAT(boaster.held[0], SizeIs(1));
  EXPECT_THAT(first_.held[0], SizeIs(90)) << "half of what was queued";
}

TEST_F(with_task_processes, single_messages_go_to_another_one_each_time) {
  workers.joined(first_);
  workers.joined(both_);
  for (int i = 0; i < 4; ++i) {
    accept(1);
    workers.hand_out();
    for (played_process* one : {&first_, &both_}) {
      while (!one->held[0].empty()) {
        report(*one, engine::outcome::skipped);
        one->messages += 1'000; // counts what it got
      }
    }
  }
  EXPECT_EQ(first_.messages, 2'100u);
  EXPECT_EQ(both_.messages, 2'100u);
}

TEST_F(with_task_processes, credit_is_minded_in_messages_and_bytes) {
  workers.joined(first_);
  first_.messages = 2;
  accept(5, 100);
  workers.hand_out();
  EXPECT_THAT(first_.held[0], SizeIs(2));
  first_.messages = 100;
  first_.bytes = 250;
  workers.hand_out();
  EXPECT_THAT(first_.held[0], SizeIs(4));
  EXPECT_EQ(engine_.queued(0), 1u);
}

TEST_F(with_task_processes, what_one_held_goes_to_another_when_it_leaves) {
  workers.joined(first_);
  accept(3);
  workers.hand_out();
  workers.joined(both_);
  workers.left(first_, "killed", engine::departure::orderly);
  workers.hand_out();
  EXPECT_THAT(both_.held[0], SizeIs(3));
}

TEST_F(with_task_processes, what_a_lost_one_held_is_handled_alone_while_others_go_on) {
  workers.joined(first_);
  accept(3);
  workers.hand_out();
  workers.joined(both_);
  testing::internal::CaptureStderr();
  workers.left(first_, "killed", engine::departure::lost);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("task process played was lost with 3 messages in its hands"));
  workers.joined(second_);
  accept(2);
  workers.hand_out();
  EXPECT_THAT(both_.held[0], SizeIs(1)) << "a suspect, and nothing ordinary beside it";
  EXPECT_THAT(both_.alone, SizeIs(1)) << "it is told so";
  EXPECT_EQ(engine_.suspects(0), 2u);
  report(both_, engine::outcome::succeeded);
  workers.hand_out();
  EXPECT_THAT(both_.held[0], SizeIs(1));
  first_.held[0].clear();
  workers.joined(first_);
  workers.hand_out();
  EXPECT_THAT(both_.held[0], SizeIs(1));
  EXPECT_THAT(first_.held[0], SizeIs(2)) << "what is ordinary goes on elsewhere";
}

TEST_F(with_task_processes, a_loss_while_alone_is_an_attempt) {
  workers.joined(first_);
  accept(1);
  workers.hand_out();
  for (const std::uint64_t errors : {0u, 1u}) {
    workers.left(first_, "killed", engine::departure::lost);
    EXPECT_EQ(engine_.stats().tasks[0].errors, errors);
    first_.held[0].clear();
    workers.joined(first_);
    workers.hand_out();
    const engine::begun now{engine::delivery_ref::of(first_.held[0].front()), base::steady_ns()};
    workers.running(first_, 0, {&now, 1});
  }
  EXPECT_EQ(engine_.stats().tasks[0].retries, 1u);
}

TEST_F(with_task_processes, what_said_good_bye_leaves_no_suspects) {
  workers.joined(first_);
  accept(3);
  workers.hand_out();
  workers.joined(both_);
  workers.left(first_, "done", engine::departure::orderly);
  EXPECT_EQ(engine_.suspects(0), 0u);
  EXPECT_EQ(engine_.queued(0), 3u);
}

TEST_F(with_task_processes, a_report_counts_only_from_the_one_that_holds_it) {
  workers.joined(first_);
  workers.joined(both_);
  both_.messages = 0;
  accept(1);
  workers.hand_out();
  ASSERT_THAT(first_.held[0], SizeIs(1));
  both_.held[0] = first_.held[0];
  report(both_, engine::outcome::skipped); // forged
  EXPECT_EQ(engine_.stats().late_reports, 1u);
  EXPECT_EQ(engine_.in_flight(), 1u);
  report(first_, engine::outcome::skipped);
  EXPECT_EQ(engine_.in_flight(), 0u);
}

TEST_F(with_task_processes, what_no_frame_can_hold_is_rejected) {
  workers.joined(first_);
  first_.refuses = true;
  accept(1);
  workers.hand_out();
  EXPECT_EQ(engine_.in_flight(), 0u);
  EXPECT_EQ(engine_.stats().tasks[0].errors, 1u);
}

TEST_F(with_task_processes, what_makes_no_progress_there_times_out) {
  workers.joined(first_);
  workers.joined(both_);
  both_.messages = 0;
  accept(1);
  workers.hand_out();
  const auto held = engine::delivery_ref::of(first_.held[0].front());
  const std::int64_t long_ago = base::steady_ns() - 60'000'000'000;
  const engine::begun begun{held, long_ago};
  workers.running(both_, 0, {&begun, 1}); // not its own
  EXPECT_EQ(engine_.stats().tasks[0].errors, 0u);
  workers.running(first_, 0, {&begun, 1});
  EXPECT_EQ(engine_.stats().tasks[0].errors, 1u);
}

TEST_F(with_task_processes, what_became_useless_is_called_off_once) {
  workers.joined(first_);
  accept(2);
  workers.hand_out();
  workers.cancel(0);
  EXPECT_THAT(first_.cancelled, IsEmpty());
  engine_.stop();
  workers.cancel(0);
  EXPECT_THAT(first_.cancelled, ElementsAre(first_.held[0][0], first_.held[0][1]));
  workers.cancel(0);
  EXPECT_THAT(first_.cancelled, SizeIs(2));
}

TEST_F(with_task_processes, the_end_waits_for_what_is_in_their_hands) {
  workers.joined(both_);
  accept(1);
  workers.hand_out();
  workers.close();
  EXPECT_FALSE(workers.all_done());
  report(both_, engine::outcome::skipped);
  EXPECT_TRUE(workers.all_done());
  both_.held[0].push_back(7);
  workers.hurry();
  EXPECT_TRUE(workers.all_done());
}

TEST_F(with_task_processes, what_they_hold_at_the_end_is_named) {
  workers.joined(first_);
  accept(3);
  workers.hand_out();
  const std::int64_t since = base::steady_ns() - 8'200'000'000;
  const std::vector<engine::begun> begun = {{engine::delivery_ref::of(first_.held[0][0]), since},
                                            {engine::delivery_ref::of(first_.held[0][1]), since}};
  workers.running(first_, 0, begun);
  report(first_, engine::outcome::succeeded); // the one that was begun first
  testing::internal::CaptureStderr();
  workers.hurry();
  workers.hurry();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("task process played has 2 messages in its hands still; this one it "
                              "began 8.2 s ago"));
  EXPECT_THAT(said, HasSubstr("task=first message=id"));
  EXPECT_EQ(said.find("in its hands"), said.rfind("in its hands")) << "said once";
}

TEST_F(with_task_processes, are_counted) {
  workers.joined(first_);
  workers.joined(second_);
  workers.left(first_, "gone", engine::departure::orderly);
  run_report report;
  report.tasks.resize(2);
  workers.count(report);
  EXPECT_EQ(report.processes->connected, 1u);
  EXPECT_EQ(report.processes->joined, 2u);
  EXPECT_EQ(report.tasks[0].workers, 0u);
  EXPECT_EQ(report.tasks[1].workers, 3u);
}

} // namespace
} // namespace tempest::service
