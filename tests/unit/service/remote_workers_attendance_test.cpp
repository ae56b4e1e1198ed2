// What a topology does while some task has no worker in any process.
#include <gmock/gmock.h>

#include "runtime/base/clock.hpp"
#include "tests/unit/service/played_processes.hpp"

namespace tempest::service {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class without_a_worker : public with_task_processes {
 protected:
  using with_task_processes::with_task_processes;

  void time_passes() {
    workers.observe(base::steady_ns() + std::chrono::nanoseconds(std::chrono::seconds(2)).count());
  }
};

TEST_F(without_a_worker, nothing_is_read_before_every_task_has_a_worker) {
  EXPECT_FALSE(workers.ready());
  workers.joined(first_);
  EXPECT_FALSE(workers.ready());
  workers.joined(second_);
  EXPECT_TRUE(workers.ready());
  workers.left(second_, "gone", engine::departure::orderly);
  EXPECT_FALSE(workers.ready());
  workers.joined(both_);
  EXPECT_TRUE(workers.ready());
}

TEST_F(without_a_worker, tasks_that_nobody_ever_worked_for_are_named) {
  EXPECT_THAT(workers.never_came(), HasSubstr("tasks 'first', 'second'"));
  workers.joined(second_);
  workers.left(second_, "gone", engine::departure::orderly);
  EXPECT_THAT(workers.never_came(), HasSubstr("task 'first':"));
  workers.joined(first_);
  EXPECT_EQ(workers.never_came(), "");
}

TEST_F(without_a_worker, a_task_is_unwell_until_all_have_come_and_when_one_is_missed_for_long) {
  const auto sick = [&](std::int64_t later_ms) {
    workers.observe(base::steady_ns() + later_ms * 1'000'000);
    std::string tasks;
    for (const admin::check& one : health_.board().read().checks) {
      if (one.name.starts_with("task ") && !one.well())
        tasks += one.name + ": " + one.trouble + "; ";
    }
    return tasks;
  };
  EXPECT_EQ(sick(0), "task first: no worker; task second: no worker; ");
  workers.joined(first_);
  EXPECT_EQ(sick(0), "task second: no worker; ");
  workers.joined(second_);
  EXPECT_EQ(sick(0), "");
  workers.left(second_, "gone", engine::departure::orderly);
  EXPECT_EQ(sick(0), "");
  EXPECT_EQ(sick(2'000), "task second: no worker; ");
  workers.joined(both_);
  EXPECT_EQ(sick(2'000), "");
}

TEST_F(without_a_worker, without_a_worker_for_long_messages_go_back_until_one_is_there) {
  workers.joined(first_);
  workers.joined(second_);
  accept(2);
  workers.left(first_, "gone", engine::departure::orderly);
  workers.observe(base::steady_ns());
  EXPECT_EQ(engine_.in_flight(), 2u);
  time_passes();
  EXPECT_EQ(engine_.in_flight(), 0u);
  EXPECT_THAT(engine_.settlements, SizeIs(2));
  EXPECT_EQ(engine_.settlements[0].what, TEMPEST_RETURN);
  EXPECT_EQ(engine_.room(), 0u);
  workers.joined(both_);
  EXPECT_TRUE(workers.ready());
  EXPECT_GT(engine_.room(), 0u);
}

TEST_F(without_a_worker, nothing_is_said_to_go_back_when_there_is_nothing) {
  testing::internal::CaptureStderr();
  time_passes();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("the source is not read until somebody does"));
  EXPECT_THAT(said, Not(HasSubstr("go back")));
}

TEST_F(without_a_worker, what_goes_back_is_said) {
  workers.joined(first_);
  accept(1);
  testing::internal::CaptureStderr();
  time_passes();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("messages go back to the source until somebody does"));
}

TEST_F(without_a_worker, what_is_begun_may_finish_meanwhile) {
  workers.joined(first_);
  accept(2);
  first_.messages = 1;
  workers.hand_out();
  time_passes(); // nobody serves "second"
  EXPECT_THAT(engine_.settlements, SizeIs(1));
  report(first_, engine::outcome::succeeded);
  ASSERT_THAT(engine_.settlements, SizeIs(2));
  EXPECT_EQ(engine_.settlements[1].what, TEMPEST_ACK);
}

TEST_F(without_a_worker, a_rest_does_not_outlive_the_end) {
  workers.joined(first_);
  time_passes();
  workers.close();
  engine_.stop();
  workers.joined(second_);
  EXPECT_EQ(engine_.room(), 0u);
}

class of_a_source_that_forgets : public without_a_worker {
 protected:
  of_a_source_that_forgets() : without_a_worker(TEMPEST_AT_MOST_ONCE) {}
};

TEST_F(of_a_source_that_forgets, messages_wait_for_a_worker_instead_of_being_dropped) {
  workers.joined(second_);
  accept(2);
  time_passes();
  EXPECT_EQ(engine_.in_flight(), 2u);
  EXPECT_FALSE(workers.ready());
  workers.joined(first_);
  workers.hand_out();
  EXPECT_THAT(first_.held[0], SizeIs(2));
}

} // namespace
} // namespace tempest::service
