// Which lines are open, after outcomes in whatever order.
#include "plugins/file/open_lines.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

namespace file_lines {
namespace {

using testing::ElementsAre;

stretch lines(std::uint64_t begin, std::uint64_t end, std::uint64_t line, std::uint64_t count,
              std::uint32_t failures = 0) {
  return {begin, end, line, failures, count};
}

TEST(stretch_test, neighbours_that_failed_equally_often_become_one) {
  std::vector<stretch> all;
  add_stretch(all, lines(4, 6, 3, 1));
  add_stretch(all, lines(0, 2, 1, 1));
  add_stretch(all, lines(9, 12, 5, 2));
  EXPECT_EQ(all.size(), 3u);
  add_stretch(all, lines(2, 4, 2, 1));
  EXPECT_THAT(all, ElementsAre(lines(0, 6, 1, 3), lines(9, 12, 5, 2)));
  add_stretch(all, lines(6, 9, 4, 1, 1)); // has failed once
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(lines_in(all), 6u);
}

TEST(stretch_test, what_has_no_end_stays_by_itself_and_is_not_counted) {
  const stretch rest{6, stretch::without_end, 4, 0, 0};
  std::vector<stretch> all{rest, lines(4, 6, 3, 1), lines(0, 4, 1, 2)};
  join_stretches(all);
  EXPECT_THAT(all, ElementsAre(lines(0, 6, 1, 3), rest));
  EXPECT_EQ(lines_in(all), 3u);
}

line at(std::uint64_t number) {
  line made;
  made.number = number;
  made.begin = number * 10;
  made.end = made.begin + 10;
  return made;
}

TEST(open_lines_test, a_token_is_good_for_one_outcome_and_never_given_again) {
  open_lines open;
  const std::uint64_t first = open.add(7, at(1), 2);
  const auto taken = open.take(first);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->file, 7u);
  EXPECT_EQ(taken->lines, lines(10, 20, 1, 1, 2));
  EXPECT_FALSE(open.take(first));
  const std::uint64_t second = open.add(7, at(2), 0);
  EXPECT_NE(first, second);
  open.count_failures(first, 9); // of the past: nobody's
  EXPECT_EQ(open.take(second)->lines.failures, 0u);
  EXPECT_FALSE(open.take(12345));
}

TEST(open_lines_test, what_failed_for_good_stays_open_with_its_failures) {
  open_lines open;
  const std::uint64_t token = open.add(1, at(1), 0);
  open.count_failures(token, 3);
  open.keep(*open.take(token));
  EXPECT_EQ(open.in_hand(), 0u);
  EXPECT_THAT(open.by_file().at(1), ElementsAre(lines(10, 20, 1, 1, 3)));
  EXPECT_EQ(lines_in(open.drop_kept(1)), 1u);
  EXPECT_TRUE(open.by_file().empty());
}

// A file of lines of any length, its reader, and what is asked of them, by the throw of dice.
class any_order {
 public:
  explicit any_order(std::mt19937& dice) : dice_(dice) {
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < count; ++i) ends_.push_back(offset += 1 + pick(9));
    failures_.resize(count);
    acked_.resize(count);
  }

  void step() {
    switch (pick(8)) {
      case 0:
      case 1:
      case 2:
        return read();
      case 3:
      case 4:
        return settle([&](std::size_t index, std::uint64_t token) {
          open_.take(token);
          acked_[index] = true;
        });
      case 5:
        return settle([&](std::size_t, std::uint64_t token) {
          add_stretch(todo_, open_.take(token)->lines); // is read again at once
        });
      case 6:
        return settle([&](std::size_t index, std::uint64_t token) {
          open_.count_failures(token, ++failures_[index]);
          open_.keep(*open_.take(token));
        });
      default:
        if (pick(20) == 0) restart();
    }
  }

  // What is open has to be what was not acknowledged, each line once and with its failures.
  void check() const {
    std::set<std::size_t> seen;
    for (const stretch& one : remembered()) {
      std::uint64_t offset = one.begin;
      for (std::size_t i = one.line - 1; i < count && offset < one.end; ++i) {
        ASSERT_EQ(offset, begin(i));
        ASSERT_FALSE(acked_[i]) << "line " << i + 1;
        ASSERT_EQ(one.failures, failures_[i]) << "line " << i + 1;
        ASSERT_TRUE(seen.insert(i).second);
        offset = ends_[i];
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(seen.count(i) == 0, acked_[i]) << "line " << i + 1;
    }
  }
  [[nodiscard]] std::size_t stretches() const { return remembered().size(); }
  void finish() {
    for (restart(); !todo_.empty() && todo_.front().begin < ends_.back();) {
      read();
      settle([&](std::size_t index, std::uint64_t token) {
        open_.take(token);
        acked_[index] = true;
      });
    }
  }

 private:
  static constexpr std::size_t count = 200;

  std::uint64_t pick(std::uint64_t below) { return dice_() % below; }
  [[nodiscard]] std::uint64_t begin(std::size_t index) const {
    return index == 0 ? 0 : ends_[index - 1];
  }
  [[nodiscard]] std::vector<stretch> remembered() const {
    std::vector<stretch> all;
    for (const auto& [file, open] : open_.by_file())
      all.insert(all.end(), open.begin(), open.end());
    all.insert(all.end(), todo_.begin(), todo_.end());
    join_stretches(all);
    return all;
  }
  void read() {
    stretch& first = todo_.front();
    if (first.begin == ends_.back()) return;
    const std::size_t index = first.line - 1;
    line one;
    one.number = first.line;
    one.begin = first.begin;
    one.end = ends_[index];
    in_hand_.emplace_back(index, open_.add(1, one, first.failures));
    first.begin = one.end;
    ++first.line;
    if (first.lines > 0 && --first.lines == 0) todo_.erase(todo_.begin());
  }
  template <typename How>
  void settle(How how) {
    if (in_hand_.empty()) return;
    std::swap(in_hand_[pick(in_hand_.size())], in_hand_.back());
    const auto [index, token] = in_hand_.back();
    in_hand_.pop_back();
    how(index, token);
  }
  void restart() {
    todo_ = remembered();
    open_ = {};
    in_hand_.clear();
  }

  std::mt19937& dice_;
  std::vector<std::uint64_t> ends_;
  std::vector<std::uint32_t> failures_;
  std::vector<bool> acked_;
  std::vector<stretch> todo_{stretch{}};
  std::vector<std::pair<std::size_t, std::uint64_t>> in_hand_;
  open_lines open_;
};

TEST(open_lines_test, any_order_of_outcomes_leaves_open_what_was_not_acknowledged) {
  const char* const given = std::getenv("TEMPEST_SEED");
  const auto seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device{}();
  std::cout << "TEMPEST_SEED=" << seed << "\n";
  std::mt19937 dice(seed);
  for (int round = 0; round < 50; ++round) {
    any_order all(dice);
    for (int i = 0; i < 2000; ++i) {
      all.step();
      if (i % 10 == 0) all.check();
      if (testing::Test::HasFatalFailure()) return;
    }
    all.finish();
    all.check();
    EXPECT_EQ(all.stretches(), 1u); // what may follow
  }
}

} // namespace
} // namespace file_lines
