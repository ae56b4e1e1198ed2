// How far a sink is trusted after a failure.
#include <gtest/gtest.h>

#include "runtime/worker/sink_trial.hpp"

namespace tempest::worker {
namespace {

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

} // namespace
} // namespace tempest::worker
