// How far a sink is trusted after a failure, and when a message is to blame.
#include <gtest/gtest.h>

#include "runtime/worker/sink_trial.hpp"

namespace tempest::worker {
namespace {

using verdict = suspicion::verdict;

constexpr std::int64_t ms = 1'000'000;

TEST(sink_trial, after_a_failure_one_is_tried_and_then_ever_more) {
  sink_trial trial;
  EXPECT_FALSE(trial.on());
  EXPECT_GT(trial.at_once(), 1'000'000u);
  trial.failed();
  for (const std::size_t expected : {1u, 2u, 4u, 8u}) {
    EXPECT_EQ(trial.at_once(), expected);
    trial.wrote(expected, 0);
  }
  trial.wrote(3, 0);
  EXPECT_EQ(trial.at_once(), 16u) << "fewer than could be tried prove no more";
  trial.failed();
  EXPECT_EQ(trial.at_once(), 1u);
}

TEST(sink_trial, a_few_writes_in_less_than_a_second_are_not_believed) {
  sink_trial trial;
  trial.failed();
  EXPECT_FALSE(trial.passed(10'000 * ms)) << "nothing was written";
  trial.wrote(1, 10'000 * ms);
  EXPECT_FALSE(trial.passed(10'999 * ms));
  EXPECT_TRUE(trial.passed(11'000 * ms));
  trial.failed();
  EXPECT_FALSE(trial.passed(20'000 * ms));
  trial.wrote(1, 20'000 * ms);
  EXPECT_FALSE(trial.passed(20'500 * ms)) << "the second begins anew";
  trial.end();
  EXPECT_FALSE(trial.on());
}

TEST(sink_trial, a_whole_batch_is_believed_at_once) {
  sink_trial trial;
  trial.failed();
  std::size_t written = 0;
  while (!trial.passed(0) && written < 1000) {
    written += trial.at_once();
    trial.wrote(trial.at_once(), 0);
  }
  EXPECT_EQ(written, 127u);
}

TEST(suspicion, who_breaks_it_again_after_others_got_through_is_guilty) {
  suspicion its;
  EXPECT_FALSE(its.suspected());
  EXPECT_EQ(its.broke_off_alone(7), verdict::open) << "it may be the sink";
  EXPECT_TRUE(its.suspected());
  EXPECT_EQ(its.broke_off_alone(7), verdict::open) << "nothing was written meanwhile";
  EXPECT_EQ(its.broke_off_alone(8), verdict::guilty);
  EXPECT_EQ(its.broke_off_alone(8), verdict::guilty) << "that stays known";
}

TEST(suspicion, who_was_among_others_is_guilty_once_they_got_through_without_it) {
  suspicion its;
  its.broke_off(7);
  EXPECT_EQ(its.broke_off_alone(8), verdict::guilty);
  suspicion other;
  other.broke_off(7);
  EXPECT_EQ(other.broke_off_alone(7), verdict::open);
}

TEST(suspicion, alone_in_the_world_it_leaves_in_the_end) {
  suspicion its;
  for (int i = 1; i < 10; ++i) EXPECT_EQ(its.broke_off_alone(0), verdict::open) << i;
  EXPECT_EQ(its.broke_off_alone(0), verdict::cannot_wait);
}

} // namespace
} // namespace tempest::worker
