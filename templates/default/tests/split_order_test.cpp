#include "split_order.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;
using texts = std::vector<std::string>;

TEST(split_order, makes_a_message_of_each_item) {
  task_harness task({{identifier}}::split_order_task());
  EXPECT_EQ(task.handle("order 7: 2 apples, 1 pear").payloads(), (texts{"2 apples", "1 pear"}));
}

TEST(split_order, an_order_without_items_yields_nothing_and_is_done) {
  task_harness task({{identifier}}::split_order_task());
  const auto result = task.handle("order 7: , ");
  EXPECT_EQ(result.how, ending::succeeded);
  EXPECT_TRUE(result.outputs.empty());
}

TEST(split_order, splits_where_its_option_says) {
  task_harness task({{identifier}}::split_order_task(), {{"separator", ";"}});
  EXPECT_EQ(task.handle("order 7: 1 fig; 2 kiwis").payloads(), (texts{"1 fig", "2 kiwis"}));
}

TEST(split_order, rejects_what_is_no_order) {
  task_harness task({{identifier}}::split_order_task());
  const auto result = task.handle("hello");
  EXPECT_EQ(result.how, ending::rejected);
  EXPECT_EQ(result.reason, "not an order: 'hello'");
}

} // namespace
