// When a message is to blame for the writes that broke off.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "runtime/worker/sink_suspicion.hpp"

namespace tempest::worker {
namespace {

using verdict = suspicion::verdict;

constexpr std::size_t small = 100;
constexpr std::size_t large = 1'000'000;

// Tries it alone until that is said, while `others` writes of that size pass before each try.
int tries_until(verdict wanted, suspicion& its, write_history& sink, int others, std::size_t theirs,
                std::size_t bytes) {
  for (int tries = 1; tries <= 1000; ++tries) {
    for (int i = 0; i < others; ++i) sink.passed(theirs);
    const verdict said = its.broke_off_alone(sink, bytes, true);
    if (said == wanted) return tries;
    if (said != verdict::open && said != verdict::suspect) return -1;
  }
  return 0;
}

TEST(suspicion, who_breaks_it_each_time_while_others_get_through_is_guilty) {
  write_history sink;
  suspicion its;
  EXPECT_FALSE(its.suspected());
  EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::open) << "it may be the sink";
  EXPECT_TRUE(its.suspected());
  EXPECT_EQ(tries_until(verdict::guilty, its, sink, 100, small, small), 5);
  EXPECT_EQ(its.alone(), 6u);
  EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::guilty) << "that stays known";
}

TEST(suspicion, who_was_among_others_is_suspect_once_they_got_through_without_it) {
  write_history sink;
  suspicion its;
  its.broke_off(sink, small);
  sink.passed(small);
  EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::suspect);
  suspicion other;
  other.broke_off(sink, small);
  EXPECT_EQ(other.broke_off_alone(sink, small, true), verdict::open);
}

TEST(suspicion, only_tries_that_were_the_first_of_a_connection_count) {
  write_history sink;
  suspicion its;
  its.broke_off(sink, small);
  EXPECT_FALSE(its.first_is_next());
  sink.passed(small);
  EXPECT_EQ(its.broke_off_alone(sink, small, false), verdict::suspect);
  EXPECT_TRUE(its.first_is_next());
  EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::suspect);
  EXPECT_FALSE(its.first_is_next()) << "others have their turn";
  for (int i = 0; i < 1000; ++i) {
    sink.passed(small);
    EXPECT_EQ(its.broke_off_alone(sink, small, false), verdict::suspect);
  }
}

TEST(suspicion, the_fewer_others_get_through_the_more_tries_it_takes) {
  write_history sink;
  suspicion its;
  its.broke_off(sink, small);
  EXPECT_EQ(tries_until(verdict::guilty, its, sink, 1, small, small), 13);
}

TEST(suspicion, what_got_through_before_says_nothing) {
  write_history sink;
  for (int i = 0; i < 1000; ++i) sink.passed(small);
  suspicion its;
  its.broke_off(sink, small);
  EXPECT_EQ(tries_until(verdict::guilty, its, sink, 1, small, small), 13);
}

TEST(suspicion, small_ones_say_little_of_a_large_one) {
  write_history sink;
  suspicion its;
  its.broke_off(sink, large);
  EXPECT_EQ(tries_until(verdict::guilty, its, sink, 100, small, large), 24);
  suspicion other;
  other.broke_off(sink, large);
  EXPECT_EQ(tries_until(verdict::guilty, other, sink, 100, 2 * large, large), 5);
}

TEST(suspicion, a_sink_that_cuts_off_others_too_is_believed_later) {
  write_history sink;
  suspicion its;
  its.broke_off(sink, small);
  for (int i = 0; i < 50; ++i) sink.was_cut(small, 2);
  EXPECT_GT(tries_until(verdict::guilty, its, sink, 1, small, small), 40);
}

TEST(suspicion, tries_while_nothing_gets_through_are_not_held_against_it) {
  write_history sink;
  suspicion its;
  for (int i = 1; i < 24; ++i)
    EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::open) << i;
  for (int i = 0; i < 1000; ++i) sink.passed(small);
  EXPECT_EQ(its.broke_off_alone(sink, small, true), verdict::suspect) << "once is chance";
}

TEST(suspicion, alone_in_the_world_it_leaves_in_the_end) {
  write_history sink;
  suspicion its;
  EXPECT_EQ(tries_until(verdict::cannot_wait, its, sink, 0, small, small), 24);
  EXPECT_EQ(its.in_vain(), 24u);
  suspicion last; // others were there, once
  last.broke_off(sink, small);
  sink.passed(small);
  EXPECT_EQ(last.broke_off_alone(sink, small, true), verdict::suspect);
  int more = 0;
  while (last.broke_off_alone(sink, small, true) == verdict::suspect && more < 1000) ++more;
  EXPECT_EQ(more, 22);
  EXPECT_EQ(last.broke_off_alone(sink, small, true), verdict::guilty);
}

TEST(suspicion, alone_in_the_world_of_a_sink_that_often_cuts_it_waits_longer) {
  write_history sink;
  for (int i = 0; i < 100; ++i) sink.passed(small);
  sink.was_cut(small, 900);
  suspicion its;
  EXPECT_GT(tries_until(verdict::cannot_wait, its, sink, 0, small, small), 100);
}

// One worker with `hand` messages, of which one breaks it; or none does, and it is cut by chance.
struct world {
  std::minstd_rand dice{1};
  double cut;
  std::size_t hand;
  write_history sink{};
  struct message {
    suspicion its{};
    bool poison = false;
  };
  std::vector<message> waiting{};
  int charged = 0;
  int poison_left_after = 0; // tries

  bool breaks(const message& one) {
    return one.poison || std::uniform_real_distribution<>(0, 1)(dice) < cut;
  }
  // Tries each of them once, in turn.
  void round() {
    std::vector<message> rest;
    for (message& one : waiting) {
      if (!breaks(one)) {
        sink.passed(small);
        sink.was_cut(small, one.its.alone());
        continue;
      }
      const verdict said = one.its.broke_off_alone(sink, small, true);
      if (said == verdict::open || said == verdict::suspect) {
        rest.push_back(one);
      } else if (one.poison) {
        poison_left_after = static_cast<int>(one.its.alone());
      } else {
        ++charged;
      }
    }
    waiting = std::move(rest);
  }
  void run(int messages, bool poison) {
    if (poison) waiting.push_back({{}, true});
    while (messages > 0 || !waiting.empty()) {
      for (; messages > 0 && waiting.size() < hand; --messages) waiting.emplace_back();
      round();
    }
  }
};

TEST(suspicion, connections_that_are_cut_by_chance_are_no_messages_fault) {
  for (const double cut : {0.001, 0.1, 0.37, 0.5, 0.7}) {
    for (const std::size_t hand : {2u, 10u, 1000u}) {
      for (const int well_before : {0, 1'000'000}) {
        world it{.cut = cut, .hand = hand};
        for (int i = 0; i < well_before; ++i) it.sink.passed(small);
        it.run(50'000, false);
        EXPECT_EQ(it.charged, 0) << cut << " of the writes, of " << hand << " in hand, after "
                                 << well_before << " without";
      }
    }
  }
}

TEST(suspicion, the_one_to_blame_is_found_all_the_same) {
  for (const double cut : {0.0, 0.1, 0.37, 0.7}) {
    for (const std::size_t hand : {2u, 10u, 1000u}) {
      world it{.cut = cut, .hand = hand};
      it.run(20'000, true);
      EXPECT_EQ(it.charged, 0);
      EXPECT_GE(it.poison_left_after, 5);
      EXPECT_LE(it.poison_left_after, 200) << cut << " of the writes, of " << hand << " in hand";
    }
  }
}

} // namespace
} // namespace tempest::worker
