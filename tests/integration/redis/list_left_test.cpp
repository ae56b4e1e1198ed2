// What failed for good and is left: others have a try at it, who left it none.
#include <algorithm>
#include <thread>
#include <utility>

#include "tests/integration/redis/list_fixture.hpp"

namespace redis::list {
namespace {

class redis_list_left : public redis_list {
 protected:
  consumer_settings brief(const std::string& name) {
    consumer_settings made = settings(name);
    made.lease = milliseconds(2000);
    return made;
  }
  // Hands over the one element that there is, and leaves it.
  void leave_one(subject& by) {
    ASSERT_TRUE(by.read(by.heard.all.size() + 1));
    by.settle_one(by.heard.all.back().of, outcome::fail);
    ASSERT_TRUE(by.flush());
  }
  // Until `one` has let go of `all` while the other lives: the most of them in one exchange, of
  // which no more than one can be on its way while the server sleeps. 0: it did not come to an end.
  long long most_of_an_exchange(subject& one, subject& other, long long all) {
    long long before = 0;
    long long most = 0;
    const bool done = eventually([&] {
      other.step(0);
      server_.pause();
      one.step(0, 5);
      server_.resume();
      const long long now = length();
      most = std::max(most, now - std::exchange(before, now));
      return now == all;
    });
    return done ? most : 0;
  }
};

TEST_F(redis_list_left, others_have_it_once_the_lease_has_run_out) {
  server_.run({"RPUSH", "l", "bad", "good"});
  subject one(brief("a"));
  ASSERT_TRUE(one.read(2));
  const token bad = one.heard.all[0].of;
  const std::uint32_t failures = 2;
  one.it.failed(std::span(&bad, 1), std::span(&failures, 1));
  one.settle_one(bad, outcome::fail);
  ASSERT_TRUE(one.drain(2));
  EXPECT_EQ(all_of("l:processing:a"), "[bad]");
  subject other(brief("b"));
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step();
    return !other.heard.all.empty();
  })) << "the first one lives, and its heart beats";
  EXPECT_EQ(other.heard.all[0].value, "bad");
  EXPECT_EQ(other.heard.all[0].failures, 2U);
  EXPECT_EQ(other.heard.all[0].number, 1U);
  ASSERT_TRUE(other.drain(1));
  EXPECT_EQ(one.heard.all.size(), 2U) << "it was left, and is not tried again";
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(length() + held("a") + held("b"), 0);
}

TEST_F(redis_list_left, who_is_alone_keeps_it_until_its_end) {
  server_.run({"RPUSH", "l", "bad"});
  consumer_settings own = settings("a");
  own.lease = milliseconds(100);
  subject one(own);
  leave_one(one);
  const std::string before = server_.run({"HGET", "l:consumers", "a"});
  const auto since = steady::now();
  while (steady::now() - since < own.lease * 5) one.step();
  EXPECT_EQ(server_.run({"HGET", "l:consumers", "a"}), before) << "nothing goes round";
  server_.run({"RPUSH", "l", "more"});
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.values.contains("more");
  }));
  one.settle_open(outcome::ack);
  ASSERT_TRUE(one.flush());
  EXPECT_EQ(one.heard.all.size(), 2U);
  one.close();
  subject next(settings("b"));
  ASSERT_TRUE(next.drain(1));
  EXPECT_EQ(next.heard.all[0].value, "bad");
}

TEST_F(redis_list_left, those_who_all_left_it_pass_it_on_and_try_it_no_more) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  subject other(brief("b"));
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step();
    return !other.heard.all.empty();
  }));
  other.settle_open(outcome::fail);
  for (const char* const holder : {"a", "b"}) {
    ASSERT_TRUE(eventually([&] {
      one.step();
      other.step();
      return held(holder) == 1;
    })) << holder;
  }
  EXPECT_EQ(one.heard.all.size(), 1U);
  EXPECT_EQ(other.heard.all.size(), 1U);
  subject third(brief("c"));
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step();
    third.step();
    return !third.heard.all.empty();
  }));
}

// Whoever left it waits a moment when it is there; what else comes waits for nobody.
TEST_F(redis_list_left, those_who_all_left_it_let_others_go_first) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  subject other(brief("b"));
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step();
    return !other.heard.all.empty();
  }));
  other.settle_open(outcome::fail);
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step();
    return held("b") == 0; // it came back to the first one, which knows it now
  }));
  ASSERT_TRUE(eventually([&] {
    one.step();
    return held("a") == 1;
  }));
  bool holds_back = false; // before it lets go once more, and waits for that
  for (int tries = 0; tries < 8 && !holds_back; ++tries) {
    one.step(100, 50); // it finds nothing, and waits
    server_.run({"RPUSH", "l", "bad"});
    const std::size_t had = one.heard.all.size();
    const auto since = steady::now();
    while (steady::now() - since < milliseconds(60)) one.step(100, 5);
    holds_back = one.heard.all.size() == had;
    ASSERT_TRUE(one.read(had + 1));
    one.settle_open(outcome::ack);
    ASSERT_TRUE(one.flush());
  }
  EXPECT_TRUE(holds_back);
}

// Else a few that nobody can handle would come again and again before all that waits.
TEST_F(redis_list_left, what_is_left_goes_behind_all_that_waits) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  subject other(brief("b"));
  other.step();
  server_.fill_list("l", 100);
  ASSERT_TRUE(eventually([&] {
    one.step(0);
    other.step(0);
    return length() == 101;
  }));
  EXPECT_EQ(server_.run({"LINDEX", "l", "-1"}), "bad");
}

TEST_F(redis_list_left, large_ones_are_let_go_of_few_by_few) {
  const std::string mebibyte(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) server_.run({"RPUSH", "l", mebibyte + std::to_string(i)});
  subject one(brief("a"));
  ASSERT_TRUE(one.read(40));
  one.settle_open(outcome::fail);
  ASSERT_TRUE(one.flush());
  subject other(brief("b"));
  const long long most = most_of_an_exchange(one, other, 40);
  ASSERT_GT(most, 0);
  EXPECT_LE(most, 8) << "the server does nothing else meanwhile";
}

// Else the pauses for those who might take each would follow one another without an end.
TEST_F(redis_list_left, reads_go_on_while_one_after_the_other_is_let_go) {
  server_.fill_list("l", 80);
  subject one(brief("a"));
  ASSERT_TRUE(one.read(80));
  for (std::size_t i = 0; i < 80; ++i) {
    one.settle_one(one.heard.all[i].of, outcome::fail);
    std::this_thread::sleep_for(milliseconds(20));
    one.step(0);
  }
  const auto last_is_due = steady::now() + milliseconds(2000);
  subject other(brief("b"));
  other.step(0);
  ASSERT_TRUE(eventually([&] {
    one.step(0);
    other.step(0);
    return length() > 0; // it lets go now
  }));
  server_.run({"LPUSH", "l", "new"});
  ASSERT_TRUE(eventually([&] {
    one.step();
    other.step(0);
    return one.heard.values.contains("new");
  }));
  EXPECT_LT(steady::now(), last_is_due);
}

TEST_F(redis_list_left, much_is_let_go_of_little_by_little) {
  server_.fill_list("l", 6000);
  subject one(brief("a"));
  ASSERT_TRUE(one.read(6000));
  one.settle_open(outcome::fail);
  ASSERT_TRUE(one.flush());
  subject other(brief("b"));
  const long long most = most_of_an_exchange(one, other, 6000);
  ASSERT_GT(most, 0);
  EXPECT_LT(most, 1000) << "hearts beat and acknowledgements go out in between";
  ASSERT_TRUE(eventually(
      [&] {
        one.step();
        other.step();
        other.settle_open(outcome::ack);
        return other.heard.values.size() == 6000 && other.heard.open.empty();
      },
      60000));
  EXPECT_EQ(one.heard.all.size(), 6000U);
  EXPECT_EQ(other.heard.all.size(), 6000U);
}

// The numbers begin anew: the next element has the one of what was left.
TEST_F(redis_list_left, after_a_flush_nothing_is_avoided) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  server_.run({"FLUSHALL"});
  server_.run({"RPUSH", "l", "new"});
  ASSERT_TRUE(one.read(2));
  EXPECT_EQ(one.heard.all[1].value, "new");
  EXPECT_EQ(one.heard.all[1].number, 1U);
  one.settle_open(outcome::give_back); // comes again with its mark
  ASSERT_TRUE(one.read(3));
}

TEST_F(redis_list_left, a_counter_that_was_deleted_makes_nothing_avoided) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  server_.run({"DEL", "l:count"});
  server_.run({"RPUSH", "l", "new"});
  ASSERT_TRUE(one.read(2));
  EXPECT_GT(one.heard.all[1].number, 1U);
}

TEST_F(redis_list_left, what_another_read_after_the_counter_was_deleted_is_not_avoided) {
  server_.run({"RPUSH", "l", "bad"});
  subject one(brief("a"));
  leave_one(one);
  server_.run({"DEL", "l:count"});
  server_.run({"RPUSH", "l", "new"});
  {
    subject other(brief("b"));
    ASSERT_TRUE(other.read(1));
    other.settle_open(outcome::give_back);
    ASSERT_TRUE(other.flush());
  }
  ASSERT_TRUE(one.read(2));
  EXPECT_EQ(one.heard.all[1].value, "new");
}

// Also over connections that break, and beside acknowledgements of what was read with them.
TEST_F(redis_list_left, many_are_handed_on_once_and_nothing_else_is) {
  server_.fill_list("l", 1000);
  consumer_settings own = brief("a");
  own.read_count = 50;
  subject one(own);
  own.name = "b";
  std::size_t rounds = 0;
  const auto go_on = [&](subject& who) {
    who.step(100);
    if (++rounds % 40 == 0) server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  };
  std::size_t seen = 0;
  ASSERT_TRUE(eventually([&] {
    go_on(one);
    for (; seen < one.heard.all.size(); ++seen) {
      one.settle_one(one.heard.all[seen].of, seen % 2 == 0 ? outcome::fail : outcome::ack);
    }
    return seen == 1000 && one.heard.open.empty();
  }));
  EXPECT_EQ(one.heard.done.size(), 500U);
  subject other(own);
  ASSERT_TRUE(eventually(
      [&] {
        go_on(one);
        go_on(other);
        other.settle_open(outcome::ack);
        return other.heard.values.size() == 500 && other.heard.open.empty();
      },
      60000));
  EXPECT_EQ(one.heard.all.size(), 1000U);
  EXPECT_EQ(other.heard.all.size(), 500U);
  EXPECT_EQ(length() + held("a") + held("b"), 0);
}

} // namespace
} // namespace redis::list
