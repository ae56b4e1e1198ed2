// How many deliveries a worker is offered, and how they travel.
#include "runtime/worker/link.hpp"

#include <gtest/gtest.h>

#include "tests/unit/worker/rig.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t ms = 1'000'000;

// Its first delivery may take minutes, and what it took along with it could not be had back.
TEST(link, offers_one_until_the_worker_is_measured) {
  feeder engine(1000);
  EXPECT_EQ(engine.link.room(), 1u);
  engine.link.measured(1000);
  EXPECT_EQ(engine.link.room(), 1000u);
}

TEST(link, offers_about_ten_milliseconds_of_handling) {
  feeder engine(1000);
  engine.link.measured(1 * ms);
  EXPECT_EQ(engine.link.room(), 10u);
  engine.link.measured(100 * ms);
  EXPECT_EQ(engine.link.room(), 1u);
  engine.give({"0"});
  EXPECT_EQ(engine.link.room(), 0u); // another worker may be free sooner
}

TEST(link, counts_what_was_put_off_only_against_poll_count) {
  feeder engine(3);
  engine.link.measured(100 * ms);
  engine.give({"0"});
  std::span<const tempest_delivery> batch;
  ASSERT_EQ(engine.link.take(batch, 0), link::answer::work);
  EXPECT_EQ(engine.link.room(1), 1u);
  EXPECT_EQ(engine.link.capacity(1), 2u);
  engine.give({"1"});
  EXPECT_EQ(engine.link.room(1), 0u) << "one is in its handler";
  ASSERT_EQ(engine.link.take(batch, 0), link::answer::work);
  EXPECT_FALSE(engine.link.is_full());
  engine.give({"2"});
  EXPECT_TRUE(engine.link.is_full());
  EXPECT_EQ(engine.link.room(3), 0u);
  EXPECT_EQ(engine.link.capacity(3), 3u);
}

TEST(link, has_a_capacity_of_two_batches) {
  feeder engine(1000);
  EXPECT_EQ(engine.link.capacity(), 2u);
  engine.link.measured(1000);
  EXPECT_EQ(engine.link.capacity(), 1000u);
  engine.link.measured(1 * ms);
  EXPECT_EQ(engine.link.capacity(), 20u);
  engine.link.measured(10 * ms);
  EXPECT_EQ(engine.link.capacity(), 1u); // as room(): nothing waits behind a slow one
}

TEST(link, never_holds_more_than_poll_count) {
  feeder engine(4);
  engine.link.measured(1000);
  EXPECT_EQ(engine.link.room(), 4u);
  engine.give({"0"});
  EXPECT_EQ(engine.link.room(), 3u); // a waiting batch grows
  engine.give({"1"});
  EXPECT_EQ(engine.link.room(), 2u);
  std::span<const tempest_delivery> batch;
  ASSERT_EQ(engine.link.take(batch, 0), link::answer::work);
  EXPECT_EQ(batch.size(), 2u);
  EXPECT_EQ(engine.link.room(), 2u);
  engine.give({"2", "3"});
  EXPECT_EQ(engine.link.in_hand(), 4u);
  ASSERT_EQ(engine.link.take(batch, 0), link::answer::work);
  EXPECT_EQ(engine.link.room(), 0u); // nothing is reported yet
}

TEST(link, gives_an_odd_poll_count_of_one_its_one) {
  feeder engine(1);
  EXPECT_EQ(engine.link.room(), 1u);
  engine.give({"0"});
  EXPECT_EQ(engine.link.room(), 0u);
}

TEST(link, is_idle_at_the_deadline_and_closed_when_nothing_waits) {
  feeder engine(4);
  std::span<const tempest_delivery> batch;
  EXPECT_EQ(engine.link.take(batch, 0), link::answer::idle);
  engine.give({"0"});
  engine.link.close();
  EXPECT_EQ(engine.link.take(batch, 0), link::answer::work);
  EXPECT_EQ(engine.link.take(batch, base::never_ns), link::answer::closed);
  EXPECT_EQ(engine.link.room(), 0u);
}

TEST(link, sends_reports_and_gets_their_memory_back) {
  feeder engine(4);
  engine.give({"0"});
  engine::worker_report report;
  report.results.reserve(100);
  report.results.push_back({engine::delivery_ref::of(1)});
  engine.link.report(report);
  EXPECT_TRUE(report.results.empty());
  std::vector<engine::worker_report> reports;
  engine.link.collect(reports);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(engine.link.in_hand(), 0u);
  engine.link.recycle(reports[0]);
  engine.link.report(report);
  EXPECT_GE(report.results.capacity(), 100u);
}

} // namespace
} // namespace tempest::worker
