// The whole topology: Topology.toml and the real libraries, in this process, with messages of our own.
#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

TEST(topology, every_order_is_acknowledged) {
  const auto run = tempest::test_run(PROJECT_FOLDER)
                       .messages({"order 1: 2 apples, 1 pear", "order 2: 1 fig", "order 10: 9 kiwis"})
                       .run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.acked, 3u);
  EXPECT_EQ(run.task("drop_trials").skipped, 1u);
  EXPECT_EQ(run.task("split_order").outflow, 3u);
  EXPECT_EQ(run.task("count_items").handled, 3u);
  EXPECT_TRUE(run.dead_letters.empty());
}

TEST(topology, what_is_no_order_ends_in_the_dead_letters) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({"hello", "order 1: 1 pear"}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.dead_lettered, 1u);
  EXPECT_EQ(run.task("count_items").handled, 1u);
}

} // namespace
