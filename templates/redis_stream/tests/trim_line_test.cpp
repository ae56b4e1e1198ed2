#include "trim_line.hpp"

#include <gtest/gtest.h>
#include <tempest/testing.hpp>

namespace {

using tempest::testing::ending;
using tempest::testing::task_harness;
using texts = std::vector<std::string>;

TEST(trim_line, takes_the_blanks_off_both_ends) {
  task_harness task({{identifier}}::trim_line_task());
  EXPECT_EQ(task.handle(" \tthe quick fox\r\n").payloads(), texts{"the quick fox"});
}

TEST(trim_line, skips_lines_of_blanks) {
  task_harness task({{identifier}}::trim_line_task());
  for (const char* text : {"", "  ", "\t\n"}) EXPECT_EQ(task.handle(text).how, ending::skipped);
}

TEST(trim_line, rejects_what_is_no_text) {
  task_harness task({{identifier}}::trim_line_task());
  EXPECT_EQ(task.handle(std::string("a\0b", 3)).how, ending::rejected);
}

} // namespace
