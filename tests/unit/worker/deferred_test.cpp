// Deliveries that are ended after handle, from other threads.
#include <gmock/gmock.h>

#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;
using testing::ElementsAre;
using testing::HasSubstr;

// A worker that defers whatever it is given.
class deferred : public testing::Test {
 protected:
  void start(engine::output_limits limits = {}, std::uint32_t poll_count = 16) {
    rig_ = std::make_unique<worker_rig>(limits, poll_count);
    rig_->start_each([this](const tempest_task_host& host, std::uint32_t index) {
      emit(host, index, "before");
      const std::scoped_lock lock(mutex_);
      handles_.push_back(host.defer(host.self, index));
      changed_.notify_all();
    });
  }
  tempest_deferred handle(std::size_t number) {
    std::unique_lock lock(mutex_);
    const bool there = changed_.wait_for(lock, std::chrono::nanoseconds(patience_ns),
                                         [&] { return handles_.size() > number; });
    EXPECT_TRUE(there);
    return there ? handles_[number] : tempest_deferred{};
  }
  [[nodiscard]] const tempest_task_host& host() const { return *rig_->task.host; }
  int emit_later(tempest_deferred to, const std::string& text) {
    tempest_output output{};
    output.size = sizeof output;
    output.payload = slice(text);
    return host().deferred_emit(to, &output);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<tempest_deferred> handles_;
  std::unique_ptr<worker_rig> rig_;
};

TEST_F(deferred, is_known_by_its_message_until_it_has_ended) {
  start();
  rig_->engine.give({"later"});
  const tempest_deferred kept = handle(0);
  const std::vector<engine::begun> seen = rig_->begun(1);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(rig_->worker->deferred_id(seen[0].delivery), "message");
  EXPECT_EQ(rig_->worker->deferred_id(engine::delivery_ref::of(99)), "");
  EXPECT_EQ(host().deferred_succeed(kept), 1);
  EXPECT_EQ(rig_->worker->deferred_id(seen[0].delivery), "");
}

TEST_F(deferred, ends_in_each_way) {
  start();
  rig_->engine.give({"0", "1", "2", "3"});
  const tempest_deferred first = handle(0);
  EXPECT_EQ(emit_later(first, "after"), 1);
  EXPECT_EQ(host().deferred_succeed(first), 1);
  EXPECT_EQ(host().deferred_skip(handle(1)), 1);
  EXPECT_EQ(host().deferred_fail(handle(2), TEMPEST_FAILED, slice("away")), 1);
  EXPECT_EQ(host().deferred_fail(handle(3), TEMPEST_REJECTED, slice("broken")), 1);
  ASSERT_TRUE(rig_->engine.wait_for(4));
  auto& ends = rig_->engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::succeeded);
  EXPECT_THAT(ends[1].payloads(), ElementsAre("before", "after"));
  EXPECT_EQ(ends[2].what, outcome::skipped);
  EXPECT_EQ(ends[2].output_count, 0u);
  EXPECT_EQ(ends[3].what, outcome::failed);
  EXPECT_EQ(ends[3].reason, "away");
  EXPECT_EQ(ends[4].what, outcome::rejected);
  EXPECT_EQ(rig_->worker->deferred_open(), 0u);
}

TEST_F(deferred, ignores_stale_handles_also_when_their_slot_is_used_again) {
  start();
  rig_->engine.give({"0"});
  const tempest_deferred old = handle(0);
  EXPECT_EQ(host().deferred_succeed(old), 1);
  EXPECT_EQ(host().deferred_succeed(old), 0);
  rig_->engine.give({"1"});
  const tempest_deferred fresh = handle(1);
  EXPECT_EQ(fresh.slot, old.slot);
  EXPECT_EQ(host().deferred_fail(old, TEMPEST_FAILED, slice("late")), 0);
  EXPECT_EQ(emit_later(old, "late"), 0);
  EXPECT_EQ(host().deferred_progress(old), 0);
  EXPECT_EQ(host().deferred_skip({}), 0);
  EXPECT_EQ(host().deferred_succeed(fresh), 1);
  ASSERT_TRUE(rig_->engine.wait_for(2));
  EXPECT_THAT(rig_->engine.end_of[2].payloads(), ElementsAre("before"));
  EXPECT_EQ(rig_->engine.results_, 2u);
}

TEST_F(deferred, keeps_the_limits_over_both_halves) {
  start({.max_message_bytes = 8, .max_outputs_bytes = 12});
  rig_->engine.give({"0", "1"});
  EXPECT_EQ(emit_later(handle(0), "1234567"), 1); // "before" has 6
  EXPECT_EQ(host().deferred_succeed(handle(0)), 1);
  EXPECT_EQ(emit_later(handle(1), "123456"), 1);
  EXPECT_EQ(host().deferred_succeed(handle(1)), 1);
  ASSERT_TRUE(rig_->engine.wait_for(2));
  EXPECT_EQ(rig_->engine.end_of[1].what, outcome::rejected);
  EXPECT_THAT(rig_->engine.end_of[1].reason, HasSubstr("max_outputs_bytes"));
  EXPECT_EQ(rig_->engine.end_of[2].what, outcome::succeeded);
}

TEST_F(deferred, counts_what_an_output_inherits) {
  start({.max_message_bytes = 10});
  rig_->engine.key = "four";
  rig_->engine.give({"0"});
  EXPECT_EQ(emit_later(handle(0), "1234567"), 1);
  EXPECT_EQ(host().deferred_succeed(handle(0)), 1);
  ASSERT_TRUE(rig_->engine.wait_for(1));
  EXPECT_EQ(rig_->engine.end_of[1].what, outcome::rejected);
  EXPECT_THAT(rig_->engine.end_of[1].reason, HasSubstr("11 bytes in payload, key and headers"));
}

TEST_F(deferred, counts_against_poll_count_and_is_begun) {
  start({}, 2);
  rig_->engine.give({"0"});
  (void)handle(0);
  rig_->engine.give({"1"});
  const tempest_deferred second = handle(1);
  EXPECT_EQ(rig_->engine.link.room(), 0u);
  EXPECT_EQ(rig_->worker->deferred_open(), 2u);
  const auto seen = rig_->begun(base::steady_ns());
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen[0].delivery.token(), 1u);
  EXPECT_EQ(seen[1].delivery.token(), 2u);
  const std::int64_t before_ns = base::steady_ns();
  EXPECT_EQ(host().deferred_progress(second), 1);
  EXPECT_GE(rig_->begun(base::steady_ns())[1].since, before_ns);
  EXPECT_EQ(host().deferred_succeed(second), 1);
  ASSERT_TRUE(rig_->engine.wait_for(1));
  EXPECT_EQ(rig_->engine.link.room(), 1u);
  EXPECT_EQ(host().deferred_succeed(handle(0)), 1);
}

TEST_F(deferred, is_stale_once_its_worker_is_gone) {
  start();
  rig_->engine.give({"0"});
  const tempest_deferred left = handle(0);
  const auto succeed = host().deferred_succeed;
  rig_.reset();
  EXPECT_EQ(succeed(left), 0);
}

// The engine looks at what is begun, with the link locked, while other threads end deliveries.
TEST_F(deferred, may_end_while_the_engine_looks) {
  start({}, 1000);
  constexpr std::size_t count = 3000;
  std::vector<std::thread> enders;
  for (std::size_t thread = 0; thread < 3; ++thread) {
    enders.emplace_back([&, thread] {
      for (std::size_t i = thread; i < count; i += 3) {
        const tempest_deferred mine = handle(i);
        EXPECT_EQ(emit_later(mine, "text"), 1);
        EXPECT_EQ(host().deferred_succeed(mine), 1);
      }
    });
  }
  const std::int64_t deadline_ns = base::steady_ns() + patience_ns;
  for (std::size_t given = 0; rig_->engine.results_ < count && base::steady_ns() < deadline_ns;) {
    const std::size_t room = std::min(rig_->engine.link.room(), count - given);
    rig_->engine.give(std::vector<std::string>(room, "in"));
    given += room;
    (void)rig_->begun(base::steady_ns());
    rig_->engine.collect();
  }
  EXPECT_EQ(rig_->engine.results_, count);
  for (std::thread& one : enders) one.join();
  EXPECT_EQ(rig_->engine.end_of.size(), count);
}

} // namespace
} // namespace tempest::worker
