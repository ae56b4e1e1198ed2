#include "drop_trials.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;
using texts = std::vector<std::string>;

TEST(drop_trials, lets_an_order_pass_as_it_is) {
  task_harness task({{identifier}}::drop_trials_task());
  EXPECT_EQ(task.handle("order 7: 2 apples").payloads(), texts{"order 7: 2 apples"});
}

TEST(drop_trials, skips_every_tenth) {
  task_harness task({{identifier}}::drop_trials_task());
  EXPECT_EQ(task.handle("order 20: 2 apples").how, ending::skipped);
}

TEST(drop_trials, what_is_no_order_can_never_be_processed) {
  task_harness task({{identifier}}::drop_trials_task());
  for (const char* text : {"", "hello", "order x: 1 pear", "order 7"}) {
    EXPECT_NE(task.handle(text).how, ending::succeeded) << text;
  }
}

} // namespace
