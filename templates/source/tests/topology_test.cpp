// The whole topology: Topology.toml and the real libraries, in this process, with messages of our own
// instead of the source's.
#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

TEST(topology, each_message_is_written_and_acknowledged) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({"one", "two"}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.acked, 2u);
  EXPECT_EQ(run.task("out").inflow, 2u);
}

} // namespace
