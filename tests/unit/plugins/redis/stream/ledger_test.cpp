#include "plugins/redis/stream/ledger.hpp"

#include <gtest/gtest.h>

#include <set>

namespace redis::stream {
namespace {

TEST(ledger, knows_an_entry_by_its_token_until_it_is_erased) {
  ledger table;
  const token first = table.add({1, 0});
  const token second = table.add({2, 0});
  EXPECT_EQ(table.find(first)->id, (stream_id{1, 0}));
  EXPECT_EQ(table.find(second)->id, (stream_id{2, 0}));
  table.erase(first);
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_EQ(table.size(), 1U);
  table.erase(first);
  EXPECT_EQ(table.size(), 1U);
}

TEST(ledger, never_gives_a_token_twice) {
  ledger table;
  std::set<token> given;
  for (int i = 0; i < 1000; ++i) {
    const token one = table.add({static_cast<std::uint64_t>(i), 0});
    EXPECT_TRUE(given.insert(one).second);
    if (i % 3 != 0) table.erase(one);
  }
}

TEST(ledger, tokens_nobody_got_are_unknown) {
  ledger table;
  EXPECT_EQ(table.find(0), nullptr);
  (void)table.add({1, 0});
  EXPECT_EQ(table.find(0), nullptr);
  EXPECT_EQ(table.find(~token{0}), nullptr);
}

TEST(ledger, tables_of_one_host_know_their_own_tokens) {
  ledger first;
  ledger last((1U << tag_bits) - 1);
  std::set<token> given;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const token one = first.add({i, 0});
    const token other = last.add({i, 0});
    EXPECT_TRUE(given.insert(one).second && given.insert(other).second);
    EXPECT_EQ(tag_of(one), 0U);
    EXPECT_EQ(tag_of(other), 63U);
    EXPECT_EQ(first.find(other), nullptr);
    EXPECT_EQ(last.find(one), nullptr);
    EXPECT_EQ(last.find(other)->id, (stream_id{i, 0}));
    if (i % 3 == 0) last.erase(other);
  }
  std::vector<token> tokens;
  last.tokens(tokens);
  for (const token of : tokens) EXPECT_NE(last.find(of), nullptr);
  EXPECT_EQ(tokens.size(), last.size());
}

TEST(ledger, lists_what_is_in_hand) {
  ledger table;
  const token gone = table.add({3, 0});
  (void)table.add({2, 0});
  (void)table.add({1, 0});
  table.erase(gone);
  std::vector<stream_id> ids;
  table.ids(ids);
  EXPECT_EQ(ids, (std::vector<stream_id>{{1, 0}, {2, 0}}));
  std::vector<token> tokens;
  table.tokens(tokens);
  EXPECT_EQ(tokens.size(), 2U);
}

} // namespace
} // namespace redis::stream
