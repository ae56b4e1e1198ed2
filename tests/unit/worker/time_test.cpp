// When results leave, what is given back, and what another thread sees as begun.
#include <gmock/gmock.h>

#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;

void spin_for(std::int64_t ns) {
  const std::int64_t until = base::steady_ns() + ns;
  while (base::steady_ns() < until) {
  }
}

TEST(worker_time, does_not_hold_back_results_behind_a_slow_delivery) {
  worker_rig rig;
  gate seen;
  rig.start_each([&](const tempest_task_host& host, std::uint32_t index) {
    if (index == 0) spin_for(2'000'000);
    if (index == 1) {
      EXPECT_TRUE(seen.wait());
    }
    host.succeed(host.self, index);
  });
  rig.engine.give({"0", "1"});
  ASSERT_TRUE(rig.engine.wait_for(1));
  EXPECT_EQ(rig.engine.end_of.count(1), 1u);
  seen.open();
  ASSERT_TRUE(rig.engine.wait_for(2));
}

TEST(worker_time, keeps_outputs_of_open_deliveries_when_results_leave_early) {
  worker_rig rig;
  rig.start([&](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(batch.count - 1);
    emit(host, 1, "kept");
    spin_for(2'000'000);
    host.succeed(host.self, 0);
    spin_for(2'000'000);
    host.succeed(host.self, 1);
    host.succeed(host.self, 2);
  });
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(rig.engine.wait_for(3));
  EXPECT_THAT(rig.engine.end_of[2].payloads(), testing::ElementsAre("kept"));
}

// A bulk insert.
TEST(worker_time, gives_large_batches_to_a_task_that_takes_as_long_for_one) {
  worker_rig rig;
  std::atomic<std::size_t> calls{0};
  rig.start([&](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(batch.count - 1);
    ++calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(12));
    for (std::uint32_t i = 0; i < batch.count; ++i) host.succeed(host.self, i);
  });
  ASSERT_TRUE(rig.engine.feed(100, "row"));
  EXPECT_LE(calls, 40u);
}

// It is tried with two, and with two that wait meanwhile, once.
TEST(worker_time, keeps_nothing_waiting_behind_what_is_slow_one_by_one) {
  worker_rig rig;
  std::atomic<std::size_t> calls{0};
  rig.start([&](const tempest_task_host& host, tempest_batch& batch) {
    ++calls;
    for (std::uint32_t i = 0; i < batch.count; ++i) {
      std::atomic_ref(batch.current).store(i);
      std::this_thread::sleep_for(std::chrono::milliseconds(12));
      host.succeed(host.self, i);
    }
  });
  ASSERT_TRUE(rig.engine.feed(60, "row"));
  EXPECT_GE(calls, 58u);
}

TEST(worker_time, gives_back_the_rest_of_a_batch_that_takes_too_long) {
  worker_rig rig;
  rig.start_each([&](const tempest_task_host& host, std::uint32_t index) {
    spin_for(110'000'000);
    host.succeed(host.self, index);
  });
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(rig.engine.wait_for(3));
  EXPECT_EQ(rig.engine.end_of[1].what, outcome::succeeded);
  EXPECT_EQ(rig.engine.end_of[2].what, outcome::returned);
  EXPECT_EQ(rig.engine.end_of[3].what, outcome::returned);
  EXPECT_EQ(rig.engine.link.in_hand(), 0u);
}

TEST(worker_time, returns_what_it_has_not_begun_when_interrupted) {
  worker_rig rig;
  gate begun;
  gate go_on;
  rig.start_each([&](const tempest_task_host& host, std::uint32_t index) {
    begun.open();
    EXPECT_TRUE(go_on.wait());
    host.succeed(host.self, index);
  });
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(begun.wait());
  rig.engine.give({"3", "4"});
  engine::worker_report taken_back;
  rig.engine.link.cancel([](engine::delivery_ref one) { return one.token() != 5; }, taken_back);
  ASSERT_EQ(taken_back.results.size(), 1u); // of those that wait
  EXPECT_EQ(taken_back.results[0].delivery.token(), 4u);
  EXPECT_EQ(taken_back.results[0].what, outcome::returned);
  EXPECT_EQ(rig.engine.link.in_hand(), 4u);
  go_on.open();
  ASSERT_TRUE(rig.engine.wait_for(4));
  auto& ends = rig.engine.end_of;
  EXPECT_EQ(ends[1].what, outcome::succeeded);
  EXPECT_EQ(ends[2].what, outcome::returned);
  EXPECT_EQ(ends[3].what, outcome::returned);
  EXPECT_EQ(ends[5].what, outcome::succeeded); // the next batch is not interrupted any more
}

TEST(worker_time, finishes_what_waits_before_it_closes) {
  worker_rig rig;
  gate go_on;
  rig.start_each([&](const tempest_task_host& host, std::uint32_t index) {
    EXPECT_TRUE(go_on.wait());
    host.succeed(host.self, index);
  });
  rig.engine.give({"0"});
  rig.engine.give({"1"});
  rig.engine.link.close();
  EXPECT_EQ(rig.engine.link.room(), 0u);
  go_on.open();
  rig.stop();
  EXPECT_EQ(rig.engine.results_, 2u);
}

TEST(worker_begun, names_the_delivery_in_hand_and_since_when_it_was_seen) {
  worker_rig rig;
  gate in_second;
  gate progress;
  gate progressed;
  gate go_on;
  rig.start_each([&](const tempest_task_host& host, std::uint32_t index) {
    if (index == 1) {
      in_second.open();
      EXPECT_TRUE(progress.wait());
      host.progress(host.self, index);
      progressed.open();
      EXPECT_TRUE(go_on.wait());
    }
    host.succeed(host.self, index);
  });
  EXPECT_TRUE(rig.begun(500).empty());
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(in_second.wait());
  for (const std::int64_t now_ns : {1000, 2000}) {
    const auto seen = rig.begun(now_ns);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].delivery.token(), 2u);
    EXPECT_EQ(seen[0].since, 1000);
  }
  progress.open();
  ASSERT_TRUE(progressed.wait());
  ASSERT_EQ(rig.begun(3000).size(), 1u);
  EXPECT_EQ(rig.begun(4000)[0].since, 3000);
  go_on.open();
  ASSERT_TRUE(rig.engine.wait_for(3));
  rig.stop();
  EXPECT_TRUE(rig.begun(5000).empty());
}

TEST(worker_begun, names_all_open_ones_of_a_batch_handled_as_a_whole) {
  worker_rig rig;
  gate looked;
  gate ready;
  rig.start([&](const tempest_task_host& host, tempest_batch& batch) {
    std::atomic_ref(batch.current).store(2);
    host.succeed(host.self, 1);
    ready.open();
    EXPECT_TRUE(looked.wait());
    host.succeed(host.self, 0);
    host.succeed(host.self, 2);
  });
  rig.engine.give({"0", "1", "2"});
  ASSERT_TRUE(ready.wait());
  const auto seen = rig.begun(1000);
  looked.open();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].delivery.token(), 1u);
  EXPECT_EQ(seen[1].delivery.token(), 3u);
}

} // namespace
} // namespace tempest::worker
