// What several task processes say of one sink, as one verdict.
#include "runtime/service/sink_verdict.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tempest::service {
namespace {

sink_verdict judged(const std::vector<sink_writer>& writers) {
  return judge(writers);
}

TEST(a_sink, is_well_when_nobody_says_anything_else) {
  EXPECT_FALSE(judged({}).away);
  EXPECT_EQ(judged({}).trouble, "");
  EXPECT_FALSE(judged({{"a", ""}, {"b", ""}}).away);
  EXPECT_EQ(judged({{"a", ""}, {"b", ""}}).trouble, "");
}

TEST(a_sink, is_away_when_all_say_so) {
  EXPECT_TRUE(judged({{"a", "no disk"}}).away);
  EXPECT_EQ(judged({{"a", "no disk"}}).trouble, "task process a: no disk");
  EXPECT_TRUE(judged({{"a", "no disk"}, {"b", "no road"}}).away);
  EXPECT_EQ(judged({{"a", "no disk"}, {"b", "no road"}}).trouble,
            "2 of 2 task processes, first a: no disk");
}

TEST(a_sink, is_there_while_one_can_write_to_it_and_the_trouble_of_others_is_told) {
  EXPECT_FALSE(judged({{"a", ""}, {"b", "no road"}}).away);
  EXPECT_EQ(judged({{"a", ""}, {"b", "no road"}}).trouble, "1 of 2 task processes, b: no road");
  EXPECT_FALSE(judged({{"a", "no disk"}, {"b", "no road"}, {"c", ""}}).away);
  EXPECT_EQ(judged({{"a", "no disk"}, {"b", "no road"}, {"c", ""}}).trouble,
            "2 of 3 task processes, first a: no disk");
}

} // namespace
} // namespace tempest::service
