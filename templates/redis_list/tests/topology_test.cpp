// The whole topology: Topology.toml and the real libraries, in this process, with messages of our own
// instead of Redis.
#include <gtest/gtest.h>
#include <tempest/testing.hpp>

#include <algorithm>

namespace {

TEST(topology, each_result_is_written_once) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({"shout: a", "shout: b"}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.acked, 2u);
  std::vector<std::string> written;
  for (const auto& one : run.task("store").emitted) written.push_back(one.payload);
  std::sort(written.begin(), written.end());
  EXPECT_EQ(written, (std::vector<std::string>{"A", "B"}));
}

TEST(topology, what_is_no_job_ends_in_the_dead_letters) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({"nonsense"}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.dead_lettered, 1u);
}

} // namespace
