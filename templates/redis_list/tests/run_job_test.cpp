#include "run_job.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;
using texts = std::vector<std::string>;

TEST(run_job, shouts) {
  task_harness task({{identifier}}::run_job_task());
  EXPECT_EQ(task.handle("shout: the quick fox").payloads(), texts{"THE QUICK FOX"});
}

TEST(run_job, counts_words) {
  task_harness task({{identifier}}::run_job_task());
  EXPECT_EQ(task.handle("count:  the quick  fox ").payloads(), texts{"3"});
  EXPECT_EQ(task.handle("count").payloads(), texts{"0"});
}

TEST(run_job, rejects_other_kinds) {
  task_harness task({{identifier}}::run_job_task());
  for (const char* job : {"", "sing: la", "hello"}) {
    EXPECT_EQ(task.handle(job).how, ending::rejected) << job;
  }
}

} // namespace
