// The consumer of lists against a real server that fails, and beside other consumers.
#include <gmock/gmock.h>

#include "tests/integration/redis/list_fixture.hpp"

namespace redis::list {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(redis_list, a_restart_in_the_middle_loses_nothing) {
  server_.fill_list("l", 10000);
  consumer_settings own = settings();
  own.read_count = 100;
  subject one(own);
  std::size_t restarts = 0;
  ASSERT_TRUE(eventually(
      [&] {
        one.step(200);
        if (one.heard.all.size() > 2000 * (restarts + 1) && restarts < 3) {
          ++restarts;
          server_.kill();
          server_.start();
        }
        one.settle_open(outcome::ack);
        return one.heard.values.size() == 10000 && one.heard.open.empty();
      },
      60000));
  EXPECT_EQ(restarts, 3U);
  EXPECT_EQ(length() + held(), 0);
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.confirmed[confirmation::gone], 0U);
}

TEST_F(redis_list, a_key_that_should_be_its_own_and_is_something_else_is_told_and_waited_for) {
  subject one(settings());
  ASSERT_TRUE(one.step());
  server_.run({"SET", "l:returned", "no hash"});
  server_.fill_list("l", 10);
  ASSERT_TRUE(
      eventually([&] { return !one.step() && one.why.find("WRONGTYPE") != std::string::npos; }));
  EXPECT_THAT(one.why, HasSubstr("it concerns the list 'l' or a key that is named after it"));
  server_.run({"DEL", "l:returned"});
  EXPECT_TRUE(one.drain(10));
}

TEST_F(redis_list, open_tokens_outlive_a_cut_connection) {
  server_.fill_list("l", 500);
  subject one(settings());
  ASSERT_TRUE(one.read(500));
  server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  one.settle_open(outcome::ack);
  ASSERT_TRUE(eventually([&] { return !one.step(); }));
  ASSERT_TRUE(one.drain(500));
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.all.size(), 500U) << "handed out again while still open";
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 500U);
}

// It takes no BLMOVE, and none of its consumers may lose its heartbeat for that.
TEST_F(redis_list, on_a_full_server_an_idle_consumer_keeps_what_it_has_in_hand) {
  server_.fill_list("l", 2);
  consumer_settings own = settings();
  own.lease = milliseconds(600);
  own.block = milliseconds(100);
  own.keys = {"l", "m"}; // a wait for one of them begins before the other one's
  subject one(own);
  ASSERT_TRUE(one.read(2));
  ASSERT_TRUE(one.step());
  server_.fill_list("l", 1, "later");
  ASSERT_TRUE(one.read(3));
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  ASSERT_THAT(server_.run({"RPUSH", "l", "x"}), HasSubstr("OOM"));
  own.name = "b";
  subject other(own);
  const long end = tempest::test::now_ms() + 2500;
  while (tempest::test::now_ms() < end) {
    ASSERT_TRUE(one.step()) << one.why;
    ASSERT_TRUE(other.step()) << other.why;
  }
  EXPECT_TRUE(other.heard.all.empty()) << "taken over although its holder is alive";
  EXPECT_TRUE(one.heard.gone.empty());
  const std::string errors = server_.run({"INFO", "errorstats"});
  const std::size_t at = errors.find("OOM:count=");
  ASSERT_NE(at, std::string::npos);
  EXPECT_LT(std::atoi(errors.c_str() + at + 10), 100) << "asked over and over";

  one.settle_one(one.heard.all[0].of, outcome::ack);
  one.settle_one(one.heard.all[1].of, outcome::ack);
  one.settle_one(one.heard.all[2].of, outcome::give_back);
  ASSERT_TRUE(one.flush());
  ASSERT_TRUE(other.drain(1)) << "read though nothing wakes it";
  EXPECT_EQ(length() + held("a") + held("b"), 0);

  for (const char* text : {"its memory is full", "has room again"}) {
    ASSERT_TRUE(eventually([&] {
      EXPECT_TRUE(one.step()) << one.why;
      return one.heard.logged.find(text) != std::string::npos;
    })) << text;
    EXPECT_EQ(one.heard.logged.find(text), one.heard.logged.rfind(text)) << one.heard.logged;
    server_.run({"CONFIG", "SET", "maxmemory", "0"});
  }
  server_.fill_list("l", 1, "woken");
  ASSERT_TRUE(one.drain(4));
}

// The server has done it, and its answer is cut off.
TEST_F(redis_list, what_was_done_and_not_answered_is_known_after_a_cut) {
  server_.fill_list("l", 300);
  consumer_settings own = settings();
  own.timeout = milliseconds(200);
  own.read_count = 100;
  subject one(own);
  ASSERT_TRUE(eventually([&] { return one.step(100) && one.heard.all.size() >= 100; }));
  const std::size_t seen = one.heard.all.size();
  server_.pause();
  one.settle_open(outcome::ack);
  ASSERT_TRUE(eventually([&] { return !one.step(); })) << "acknowledgements and the next read";
  server_.resume();
  // They are in the server's socket, and it reads them before it hears of the end.
  ASSERT_TRUE(eventually([&] { return length() + held() <= 300 - static_cast<long long>(seen); }));
  ASSERT_TRUE(one.drain(300));
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.all.size(), 300U) << "what was read unheard of went back, and came once";
  EXPECT_EQ(length() + held(), 0);
}

TEST_F(redis_list, what_a_killed_process_held_comes_first_when_it_is_back) {
  server_.fill_list("l", 3000);
  consumer_settings own = settings();
  own.sole_name = true;
  {
    subject killed(own);
    ASSERT_TRUE(killed.read(2500)); // no close: it is gone without a word
  }
  subject one(own);
  ASSERT_TRUE(one.drain(3000));
  EXPECT_EQ(one.heard.all.size(), 3000U);
  for (std::size_t i = 0; i < 3000; ++i) {
    ASSERT_EQ(one.heard.all[i].value, std::to_string(i));
    ASSERT_EQ(one.heard.all[i].number, i + 1) << "the same id as before";
  }
}

TEST_F(redis_list, a_name_that_others_may_have_is_not_taken_while_its_heart_beats) {
  server_.fill_list("l", 10);
  consumer_settings own = settings();
  own.lease = milliseconds(1500);
  subject one(own);
  ASSERT_TRUE(one.read(10));
  subject other(own);
  EXPECT_FALSE(other.step());
  EXPECT_THAT(other.why, AllOf(HasSubstr("'a'"), HasSubstr("another process")));
  ASSERT_TRUE(one.step(0));
  EXPECT_EQ(one.heard.open.size(), 10U);
  // It dies; its name is free once the lease ran out.
  ASSERT_TRUE(other.read(10));
}

TEST_F(redis_list, hearts_beat_while_something_is_in_hand) {
  server_.fill_list("l", 450);
  consumer_settings own = settings("a");
  own.lease = milliseconds(2500);
  subject one(own);
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(one.read(450));
  const long end = tempest::test::now_ms() + 6000;
  while (tempest::test::now_ms() < end) {
    ASSERT_TRUE(one.step(0, 5));
    ASSERT_TRUE(other.step(1000, 5));
  }
  EXPECT_TRUE(other.heard.all.empty()) << "taken over although its holder is alive";
  EXPECT_TRUE(one.heard.gone.empty());
  ASSERT_TRUE(one.drain(450));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 450U);
}

TEST_F(redis_list, what_a_dead_consumer_held_goes_back_and_is_withdrawn_from_it) {
  server_.fill_list("l", 2500);
  consumer_settings own = settings("a");
  own.lease = milliseconds(300);
  subject paused(own);
  ASSERT_TRUE(paused.read(2500));
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(other.read(2500)); // `paused` does nothing meanwhile
  EXPECT_EQ(other.heard.all.front().value, "0");
  EXPECT_EQ(other.heard.all.front().number, 1U);
  EXPECT_EQ(other.heard.all.front().failures, 0U) << "that is not its failure";
  EXPECT_THAT(other.heard.logged, HasSubstr("'a'"));
  // It comes back and acknowledges what is not its own any more.
  paused.settle_open(outcome::ack);
  EXPECT_TRUE(eventually([&] { return !paused.step(); }));
  EXPECT_THAT(paused.why, HasSubstr("no longer its own"));
  EXPECT_EQ(paused.heard.confirmed[confirmation::gone], 2500U);
  EXPECT_EQ(paused.heard.confirmed[confirmation::ok], 0U);
  EXPECT_EQ(held("b"), 2500) << "nothing was acknowledged for the other";
  ASSERT_TRUE(paused.step(10));
  ASSERT_TRUE(other.drain(2500));
  EXPECT_EQ(length() + held("a") + held("b"), 0);
}

TEST_F(redis_list, who_was_paused_withdraws_what_is_open) {
  server_.fill_list("l", 100);
  consumer_settings own = settings("a");
  own.lease = milliseconds(300);
  subject paused(own);
  ASSERT_TRUE(paused.read(100));
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(other.read(100));
  ASSERT_TRUE(eventually([&] {
    paused.step(0);
    other.step(0);
    return paused.heard.gone.size() == 100;
  }));
  EXPECT_TRUE(paused.heard.open.empty());
  ASSERT_TRUE(other.drain(100));
}

TEST_F(redis_list, who_was_paused_alone_goes_on) {
  server_.fill_list("l", 100);
  consumer_settings own = settings("a");
  own.lease = milliseconds(100);
  subject paused(own);
  ASSERT_TRUE(paused.read(100));
  ASSERT_TRUE(eventually([&] { return server_.number({"EXISTS", "l:alive:a"}) == 0; }));
  ASSERT_TRUE(paused.drain(100));
  EXPECT_TRUE(paused.heard.gone.empty());
  EXPECT_EQ(paused.heard.all.size(), 100U);
}

TEST_F(redis_list, after_a_flush_what_is_open_is_withdrawn) {
  server_.fill_list("l", 100);
  subject one(settings());
  ASSERT_TRUE(one.read(100));
  server_.run({"FLUSHALL"});
  server_.fill_list("l", 30, "new");
  ASSERT_TRUE(one.read(130));
  EXPECT_EQ(one.heard.gone.size(), 100U);
  ASSERT_TRUE(one.drain(130));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 30U);
}

// An operator takes something out of the processing list by hand: places would no longer fit.
TEST_F(redis_list, a_processing_list_that_somebody_changed_is_not_believed) {
  server_.fill_list("l", 100);
  subject one(settings());
  ASSERT_TRUE(one.read(100));
  server_.run({"LREM", "l:processing:a", "1", "0"});
  one.settle_one(one.heard.all[50].of, outcome::ack);
  ASSERT_TRUE(eventually([&] { return !one.step(0); }));
  EXPECT_EQ(one.heard.gone.size(), 99U);
  ASSERT_TRUE(one.read(199)) << one.why;
  ASSERT_TRUE(one.drain(100));
  EXPECT_EQ(one.heard.all.size(), 199U) << "all but what was taken out came again";
}

TEST_F(redis_list, three_consumers_share_without_overlap) {
  server_.fill_list("l", 6000);
  consumer_settings own = settings("a");
  own.read_count = 50;
  subject a(own);
  own.name = "b";
  subject b(own);
  own.name = "c";
  subject c(own);
  std::size_t seen = 0;
  ASSERT_TRUE(eventually([&] {
    seen = 0;
    for (subject* one : {&a, &b, &c}) {
      one->step(50, 1);
      one->settle_open(outcome::ack);
      seen += one->heard.all.size();
    }
    return seen == 6000;
  }));
  for (subject* one : {&a, &b, &c}) {
    EXPECT_GT(one->heard.all.size(), 0U);
    ASSERT_TRUE(one->flush());
    one->close();
  }
  EXPECT_EQ(server_.run({"KEYS", "*"}), "[l:count]");
}

TEST_F(redis_list, a_server_that_stops_answering_is_noticed) {
  consumer_settings own = settings();
  own.timeout = milliseconds(300);
  own.block = milliseconds(100);
  server_.fill_list("l", 10);
  subject one(own);
  ASSERT_TRUE(one.read(10));
  server_.pause();
  ASSERT_TRUE(eventually([&] { return !one.step(); }));
  EXPECT_THAT(one.why, HasSubstr("no answer"));
  server_.resume();
  ASSERT_TRUE(eventually([&] { return one.step(); }));
  EXPECT_TRUE(one.heard.gone.empty());
  ASSERT_TRUE(one.drain(10));
}

TEST_F(redis_list, a_key_of_another_type_is_named) {
  server_.run({"SET", "l", "text"});
  subject one(settings());
  EXPECT_FALSE(one.step());
  EXPECT_THAT(one.why, AllOf(HasSubstr("something of another type"), HasSubstr("'l'")));
}

TEST_F(redis_list, the_rights_that_the_page_names_are_enough) {
  server_.run({"ACL",    "SETUSER", "bob",   "on",      ">secret7", "~l",    "~l:*",
               "-@all",  "+blmove", "+del",  "+eval",   "+exists",  "+get",  "+hdel",
               "+hget",  "+hkeys",  "+hset", "+incrby", "+lindex",  "+llen", "+lmove",
               "+lpush", "+lrange", "+lrem", "+lset",   "+ltrim",   "+pttl", "+rpop",
               "+rpush", "+set",    "+time"});
  server_.fill_list("l", 50);
  consumer_settings own = settings();
  own.server = parse_uri("redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port()));
  subject one(own);
  ASSERT_TRUE(one.read(50)) << one.why;
  server_.run({"DEL", "l:count"});
  one.settle_one(one.heard.all[20].of, outcome::give_back);
  one.settle_one(one.heard.all[10].of, outcome::ack);
  server_.run({"RPUSH", "l", "more"});
  ASSERT_TRUE(one.drain(51)) << one.why;
  one.close();
  EXPECT_THAT(one.heard.logged, Not(HasSubstr("permission")));
}

} // namespace
} // namespace redis::list
