#include "count_items.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;

TEST(count_items, logs_the_sums_at_the_end) {
  task_harness task({{identifier}}::count_items_task());
  for (const char* item : {"2 apples", "1 pear", "3 apples"}) task.handle(item);
  task.shutdown();
  const auto log = task.log();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].text, "5 apples");
  EXPECT_EQ(log[1].text, "1 pear");
}

TEST(count_items, rejects_what_is_no_item) {
  task_harness task({{identifier}}::count_items_task());
  for (const char* text : {"apples", "2", ""}) EXPECT_EQ(task.handle(text).how, ending::rejected) << text;
}

} // namespace
