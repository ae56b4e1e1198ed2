// tempest::test_run: a real Topology.toml, a real library, engine and workers.
#include <gmock/gmock.h>
#include <tempest/testing.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::vector<std::string> payloads(const std::vector<tempest::testing::emitted>& from) {
  std::vector<std::string> made;
  for (const auto& one : from) made.push_back(one.payload);
  return made;
}

class test_run_test : public ::testing::Test {
 protected:
  test_run_test() { ::setenv("TEST_LIBRARIES", TEST_LIBRARIES, 1); }
  static tempest::test_run topology() { return tempest::test_run(TEST_TOPOLOGY); }
};

TEST_F(test_run_test, messages_go_through_the_real_topology) {
  const auto run = topology().messages({"a b", "# c", "boom", "d"}).run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.read, 4u);
  EXPECT_EQ(run.dead_lettered, 1u);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.task("split").inflow, 4u);
  EXPECT_EQ(run.task("split").handled, 2u);
  EXPECT_EQ(run.task("split").skipped, 1u);
  EXPECT_EQ(run.task("split").errors, 1u);
  EXPECT_EQ(run.task("split").outflow, 3u);
  EXPECT_EQ(run.task("shaky").retries, 3u);
  // What a delivery emitted and then failed, or was rejected, is not part of it.
  EXPECT_THAT(payloads(run.task("split").emitted), UnorderedElementsAre("a", "b", "d"));
  EXPECT_THAT(payloads(run.task("shaky").emitted), UnorderedElementsAre("a", "b", "d"));
  EXPECT_THAT(payloads(run.task("later").emitted), UnorderedElementsAre("a!", "b!", "d!"));
  EXPECT_THAT(payloads(run.task("store").emitted), UnorderedElementsAre("a!", "b!", "d!"));
  EXPECT_EQ(run.task("store").emitted.at(0).key, "late");
  ASSERT_EQ(run.dead_letters.size(), 1u);
  EXPECT_THAT(run.dead_letters[0], HasSubstr("it explodes"));
  EXPECT_FALSE(std::filesystem::exists("never-written"));
  EXPECT_FALSE(std::filesystem::exists("never-written-either"));
}

TEST_F(test_run_test, the_projects_own_source_runs_as_well) {
  const auto run = topology().run();
  EXPECT_TRUE(run.all_settled) << run.why;
  EXPECT_EQ(run.read, 5u);
  EXPECT_EQ(run.acked, 5u);
  EXPECT_EQ(run.task("split").outflow, 10u);
}

TEST_F(test_run_test, settings_are_overridden_as_on_the_command_line) {
  const auto run = topology().set("task.split.config.separator", "-").messages({"a-b c"}).run();
  EXPECT_THAT(payloads(run.task("split").emitted), ElementsAre("a", "b c"));
}

TEST_F(test_run_test, what_is_not_settled_within_the_limit_is_said) {
  const auto run = topology()
                       .set("topology.failure_policy.backoff", "1h")
                       .set("topology.failure_policy.jitter", "0.0")
                       .set("topology.failure_policy.max_backoff", "1h")
                       .messages({"a"})
                       .limit(std::chrono::milliseconds(300))
                       .run();
  EXPECT_FALSE(run.all_settled);
  EXPECT_THAT(run.why, HasSubstr("not settled within the limit"));
}

TEST_F(test_run_test, a_file_gives_a_message_a_line) {
  const std::string path = ::testing::TempDir() + "/tempest_lines_of_test";
  std::ofstream(path) << "a b\r\nc";
  const auto run = topology().lines_of(path).run();
  std::filesystem::remove(path);
  EXPECT_EQ(run.read, 2u);
  EXPECT_THAT(payloads(run.task("split").emitted), UnorderedElementsAre("a", "b", "c"));
  EXPECT_THROW(topology().lines_of(path), std::runtime_error);
}

TEST_F(test_run_test, what_check_would_refuse_is_refused_with_its_place) {
  try {
    (void)topology().set("task.split.config.separatr", "-").run();
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("separator"));
  }
  EXPECT_THROW((void)tempest::test_run("/nowhere/at/all").run(), std::runtime_error);
  EXPECT_THROW((void)topology().messages({}).run().task("splt"), std::out_of_range);
}

} // namespace
