// The whole topology: Topology.toml and the real libraries, in this process, with messages of our own
// instead of Redis.
#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

std::vector<std::string> written_by(const tempest::testing::task_result& task) {
  std::vector<std::string> payloads;
  for (const auto& one : task.emitted) payloads.push_back(one.payload);
  return payloads;
}

TEST(topology, each_word_is_written_once) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({" the fox ", "   "}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.acked, 2u);
  EXPECT_EQ(run.task("trim_line").skipped, 1u);
  EXPECT_EQ(run.task("split_words").outflow, 2u);
  EXPECT_EQ(written_by(run.task("store")), (std::vector<std::string>{"the", "fox"}));
}

TEST(topology, what_is_no_text_ends_in_the_dead_letters) {
  const auto run = tempest::test_run(PROJECT_FOLDER).messages({std::string("a\0b", 3)}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.dead_lettered, 1u);
}

} // namespace
