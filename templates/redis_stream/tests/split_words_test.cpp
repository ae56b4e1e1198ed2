#include "split_words.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::task_harness;
using texts = std::vector<std::string>;

TEST(split_words, makes_a_message_of_each_word) {
  task_harness task({{identifier}}::split_words_task());
  EXPECT_EQ(task.handle("the quick  fox ").payloads(), (texts{"the", "quick", "fox"}));
  EXPECT_TRUE(task.handle("").payloads().empty());
}

TEST(split_words, splits_where_its_option_says) {
  task_harness task({{identifier}}::split_words_task(), {{"separator", ";"}});
  EXPECT_EQ(task.handle("a b;c").payloads(), (texts{"a b", "c"}));
}

} // namespace
