// The consumer against a real server: reading, settling, leaving.
#include <gmock/gmock.h>

#include <thread>

#include "tests/integration/redis/consumer_fixture.hpp"

namespace redis::stream {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(redis_consumer, reads_and_acknowledges_everything_once) {
  server_.fill("s", 5000);
  subject one(settings());
  ASSERT_TRUE(one.drain(5000));
  EXPECT_EQ(one.heard.all.size(), 5000U);
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 5000U);
  EXPECT_EQ(pending(), 0);
  EXPECT_EQ(one.heard.all.front().deliveries, 1U);
  one.close();
  EXPECT_EQ(consumers(), "[]");
}

TEST_F(redis_consumer, wakes_up_for_what_arrives_later) {
  subject one(settings());
  one.step();
  std::thread later([&] { server_.fill("s", 3); });
  EXPECT_TRUE(one.drain(3));
  later.join();
}

TEST_F(redis_consumer, acknowledges_while_a_read_is_blocked) {
  server_.fill("s", 10);
  subject one(settings());
  ASSERT_TRUE(one.read(10));
  one.step(); // now a read waits at the server
  one.settle_open(outcome::ack);
  ASSERT_TRUE(eventually([&] { return one.step() && one.heard.open.empty(); }));
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, acknowledges_at_once_when_the_last_read_was_filled) {
  consumer_settings own = settings();
  own.read_count = page_size::first; // the first read as well as the last
  own.block = std::chrono::minutes(10);
  server_.fill("s", own.read_count * 10);
  subject one(own);
  EXPECT_TRUE(
      one.drain(own.read_count * 10)); // no acknowledgement waits behind a read that finds nothing
}

TEST_F(redis_consumer, hands_over_no_more_than_asked_for) {
  server_.fill("s", 1000);
  subject one(settings());
  std::size_t before = 0;
  ASSERT_TRUE(eventually([&] {
    before = one.heard.all.size();
    one.step(7);
    EXPECT_LE(one.heard.all.size() - before, 7U);
    return one.heard.all.size() >= 100;
  }));
  // What waits inside is bounded by what was asked for as well.
  EXPECT_LE(pending(), static_cast<long long>(one.heard.all.size() + 7));
}

TEST_F(redis_consumer, reads_few_entries_ahead_when_there_is_little_room_for_large_ones) {
  server_.fill("s", 1000);
  server_.fill("s", 60, "payload", std::string(page_size::least_bytes * 2, 'x'));
  const std::size_t room = page_size::least_bytes * 16;
  subject one(settings());
  ASSERT_TRUE(eventually([&] {
    one.step(100000, 20, room);
    EXPECT_LE(pending(), static_cast<long long>(one.heard.all.size() + 16));
    return one.heard.all.size() == 1060;
  }));
}

TEST_F(redis_consumer, a_poll_is_bounded_by_bytes_but_yields_one) {
  const std::string large(100000, 'x');
  for (int i = 0; i < 20; ++i) server_.run({"XADD", "s", "*", "payload", large});
  subject one(settings());
  ASSERT_TRUE(eventually([&] {
    const std::size_t before = one.heard.all.size();
    one.step(100000, 20, 250000);
    EXPECT_LE(one.heard.all.size() - before, 2U);
    return one.heard.all.size() == 20;
  }));
  one.close();
  subject tiny(settings("b"));
  server_.run({"XADD", "s", "*", "payload", large});
  ASSERT_TRUE(eventually([&] {
    tiny.step(10, 20, 1);
    return tiny.heard.all.size() == 1;
  }));
}

TEST_F(redis_consumer, individual_acknowledgements_are_counted_one_by_one) {
  server_.fill("s", 50);
  consumer_settings own = settings();
  own.ack_batch = 1;
  subject one(own);
  ASSERT_TRUE(one.read(50));
  // Ten of them are acknowledged behind the consumer's back.
  for (int i = 0; i < 10; ++i) server_.run({"XACK", "s", "g", one.heard.all[std::size_t(i)].id});
  ASSERT_TRUE(one.drain(50));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 40U);
  EXPECT_EQ(one.heard.confirmed[confirmation::gone], 10U);
}

TEST_F(redis_consumer, without_acknowledgements_nothing_is_ever_pending) {
  server_.fill("s", 100);
  consumer_settings own = settings();
  own.acknowledge = false;
  subject one(own);
  ASSERT_TRUE(one.read(100));
  EXPECT_EQ(pending(), 0);
  one.settle_open(outcome::ack);
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 100U);
  one.close();
  EXPECT_EQ(consumers(), "[]");
}

// It has failed for good here; somebody else may have another try.
TEST_F(redis_consumer, what_failed_goes_to_others_after_the_lease_with_its_number_of_failures) {
  server_.fill("s", 5);
  consumer_settings own = settings("a");
  own.lease = milliseconds(300);
  subject one(own);
  ASSERT_TRUE(one.read(5));
  const std::vector<token> open(one.heard.open.begin(), one.heard.open.end());
  one.it.failed(open, std::vector<std::uint32_t>{3, 3, 3, 3, 3});
  one.settle_open(outcome::fail);
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 5U);
  const long end = tempest::test::now_ms() + 1500;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step(1000, 5));
  EXPECT_EQ(one.heard.all.size(), 5U) << "it took again what it had left";
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(other.read(5)); // at once: nobody renewed the lease
  for (const got& each : other.heard.all) EXPECT_EQ(each.deliveries, 4U);
  ASSERT_TRUE(other.drain(5));
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, what_failed_comes_again_after_a_start_with_its_number_of_failures) {
  server_.fill("s", 300);
  {
    subject one(settings());
    ASSERT_TRUE(one.read(300));
    const std::vector<token> open(one.heard.open.begin(), one.heard.open.end());
    one.it.failed(open, std::vector<std::uint32_t>(300, 2));
    one.settle_open(outcome::fail);
    one.it.hang_up(); // a reconnect is no start
    ASSERT_TRUE(one.step());
    ASSERT_TRUE(one.step());
    EXPECT_EQ(one.heard.all.size(), 300U);
    one.it.failed(open, std::vector<std::uint32_t>(300, 9)); // given up: not its business any more
    one.close();
  }
  subject again(settings());
  ASSERT_TRUE(again.read(300));
  for (const got& each : again.heard.all) EXPECT_EQ(each.deliveries, 3U);
}

TEST_F(redis_consumer, failures_of_what_another_holds_by_now_are_not_written) {
  server_.fill("s", 1);
  subject one(settings());
  ASSERT_TRUE(one.read(1));
  server_.run({"XCLAIM", "s", "g", "thief", "0", one.heard.all.front().id, "JUSTID"});
  one.it.failed(std::vector<token>{one.heard.all.front().of}, std::vector<std::uint32_t>{7});
  ASSERT_TRUE(one.step(0));
  const std::string held = server_.run({"XPENDING", "s", "g", "-", "+", "1"});
  EXPECT_THAT(held, AllOf(HasSubstr("thief"), testing::EndsWith(", 1]]")));
}

TEST_F(redis_consumer, what_is_given_back_can_be_had_at_once) {
  server_.fill("s", 300);
  subject one(settings("a"));
  subject other(settings("b"));
  ASSERT_TRUE(one.read(300));
  one.settle_open(outcome::give_back);
  one.close();
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 300U);
  EXPECT_EQ(pending(), 300);
  ASSERT_TRUE(other.drain(300)); // its lease of a minute has not passed
  EXPECT_THAT(consumers(), HasSubstr("name, a"))
      << "nothing may be pending with a deleted consumer";
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, what_is_given_back_comes_again_to_the_same_consumer) {
  server_.fill("s", 300);
  subject one(settings()); // its lease of a minute does not pass
  ASSERT_TRUE(one.read(300));
  one.settle_open(outcome::give_back);
  EXPECT_TRUE(eventually([&] {
    one.step();
    one.settle_open(outcome::ack);
    return one.heard.all.size() >= 600 && one.heard.open.empty();
  }));
  EXPECT_EQ(one.heard.all.size(), 600U);
  EXPECT_EQ(one.heard.all.back().deliveries, 1U) << "that is no failure";
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 600U);
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, what_was_read_ahead_is_given_back_at_the_end) {
  server_.fill("s", 1000);
  subject one(settings("a"));
  ASSERT_TRUE(eventually([&] { return one.step(10) && one.heard.all.size() >= 10; }));
  one.settle_open(outcome::ack);
  one.close();
  EXPECT_TRUE(one.heard.open.empty());
  subject other(settings("b"));
  const std::size_t left = 1000 - one.heard.all.size();
  ASSERT_TRUE(other.drain(left));
  EXPECT_EQ(other.heard.all.size(), left);
  EXPECT_EQ(pending(), 0);
}

// Kills are nobody's failure.
TEST_F(redis_consumer, reads_its_own_pending_entries_first_and_counts_no_delivery) {
  server_.fill("s", 2500);
  consumer_settings own = settings();
  for (int kills = 0; kills < 3; ++kills) {
    subject crashed(own);
    ASSERT_TRUE(crashed.read(2500));
  }
  own.read_count = 150;
  subject again(own);
  ASSERT_TRUE(again.drain(2500));
  EXPECT_EQ(again.heard.all.size(), 2500U);
  EXPECT_LE(again.heard.largest_batch, 150U);
  for (const got& one : again.heard.all) EXPECT_EQ(one.deliveries, 1U);
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, takes_only_as_much_of_its_own_as_there_is_room_for) {
  server_.fill("s", 100);
  {
    subject crashed(settings());
    ASSERT_TRUE(crashed.read(100));
  }
  subject again(settings());
  ASSERT_TRUE(eventually([&] { return again.step(7) && again.heard.all.size() >= 7; }));
  EXPECT_LE(again.it.in_hand(), 7U);
  ASSERT_TRUE(again.drain(100));
}

TEST_F(redis_consumer, deleted_entries_are_settled_and_passed_over) {
  server_.fill("s", 20);
  {
    subject crashed(settings());
    ASSERT_TRUE(crashed.read(20));
  }
  server_.run({"XTRIM", "s", "MAXLEN", "=", "15"});
  subject again(settings());
  ASSERT_TRUE(again.drain(15));
  EXPECT_EQ(again.heard.all.size(), 15U);
  ASSERT_TRUE(eventually([&] { return again.step() && pending() == 0; }));
  EXPECT_THAT(again.heard.logged, HasSubstr("5 pending entries"));
}

TEST_F(redis_consumer, an_interrupt_ends_a_poll_and_is_remembered) {
  subject one(settings());
  one.step();
  one.it.interrupt();
  const auto far = steady::now() + std::chrono::hours(1);
  one.it.poll({10, 1000, far}); // returns, or the test runs into its limit
  std::thread later([&] { one.it.interrupt(); });
  one.it.poll({10, 1000, far});
  later.join();
}

TEST_F(redis_consumer, tells_how_much_waits) {
  server_.fill("s", 70);
  subject one(settings());
  ASSERT_TRUE(one.step(0));
  EXPECT_TRUE(eventually([&] {
    one.step(0);
    return one.it.depth() == 70;
  }));
  ASSERT_TRUE(one.drain(70));
  EXPECT_TRUE(eventually([&] {
    one.step();
    return one.it.depth() == 0;
  }));
}

TEST_F(redis_consumer, a_new_group_begins_where_it_was_told) {
  server_.fill("s", 10, "payload", "old");
  consumer_settings own = settings();
  own.starting_id = "$";
  subject one(own);
  one.step();
  server_.fill("s", 2, "payload", "new");
  ASSERT_TRUE(one.drain(2));
  EXPECT_EQ(one.heard.all.front().value, "new0");
}

// A name that was given to two by mistake: the server cannot tell them apart.
TEST_F(redis_consumer, two_of_the_same_name_do_some_twice_and_lose_nothing) {
  server_.fill("s", 50);
  subject first(settings());
  ASSERT_TRUE(first.read(50));
  subject second(settings());
  ASSERT_TRUE(second.read(50)) << "it cannot know that the first is still at work";
  first.settle_open(outcome::fail);
  second.settle_open(outcome::ack);
  ASSERT_TRUE(first.drain(50));
  ASSERT_TRUE(second.drain(50));
  EXPECT_EQ(pending(), 0);
  EXPECT_EQ(second.heard.confirmed[confirmation::ok], 50U);
}

// A read waits at the server when its host has no room any more.
class redis_hold : public redis_consumer {
 protected:
  redis_hold() {
    own_.lease = std::chrono::seconds(3);
    own_.block = std::chrono::minutes(10);
  }
  // The read brings the first of eight, and nobody has room for it.
  void surprise(subject& one) {
    one.step();
    one.step();
    server_.fill("s", 8);
    ASSERT_TRUE(eventually([&] { return one.step(0) && one.it.in_hand() == 1; }));
  }
  consumer_settings own_ = settings();
};

TEST_F(redis_hold, what_nobody_has_room_for_goes_to_others) {
  subject paused(own_);
  surprise(paused);
  consumer_settings able = own_;
  able.name = "b";
  subject other(able);
  EXPECT_TRUE(eventually([&] {
    paused.step(0);
    other.step();
    other.settle_open(outcome::ack);
    return other.heard.values.size() == 8 && other.heard.open.empty();
  }));
  EXPECT_EQ(paused.it.in_hand(), 0U);
  EXPECT_TRUE(paused.heard.all.empty());
  EXPECT_EQ(other.heard.all.size(), 8U);
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_hold, what_was_given_back_comes_again_when_there_is_room) {
  subject one(own_);
  surprise(one);
  ASSERT_TRUE(eventually([&] { return one.step(0) && one.it.in_hand() == 0; }));
  EXPECT_EQ(pending(), 1);
  EXPECT_TRUE(one.drain(8));
  EXPECT_EQ(one.heard.all.size(), 8U);
}

TEST_F(redis_hold, what_is_given_back_survives_that_the_connection_breaks) {
  subject one(own_);
  surprise(one);
  server_.pause();
  const steady::time_point late = steady::now() + own_.lease / 2;
  while (steady::now() < late) one.step(0); // it was sent by then, and is not answered
  server_.resume();
  one.it.hang_up();
  EXPECT_TRUE(one.drain(8));
  EXPECT_EQ(one.heard.all.size(), 8U);
}

TEST_F(redis_hold, without_acknowledgements_nothing_is_given_back) {
  own_.acknowledge = false;
  subject one(own_);
  surprise(one);
  const steady::time_point late = steady::now() + own_.lease;
  while (steady::now() < late) one.step(0);
  EXPECT_EQ(one.it.in_hand(), 1U);
  EXPECT_TRUE(one.read(8)) << "nobody else would get them";
}

// Consumers of processes that were killed for good.
class redis_siblings : public redis_consumer {
 protected:
  redis_siblings() {
    server_.fill("s", 1);
    server_.run({"XGROUP", "CREATE", "s", "g", "0"});
    server_.run({"XREADGROUP", "GROUP", "g", "shop@b:0-2", "STREAMS", "s", ">"});
    for (const char* name : {"shop@b:0-1", "shop@b:0-3", "shopper@b:0-1", "me"}) {
      server_.run({"XGROUP", "CREATECONSUMER", "s", "g", name});
    }
    own_.siblings = "shop@";
    own_.sibling_gone = milliseconds(200);
  }
  bool listed(const std::string& name) {
    return consumers().find("name, " + name + ",") != std::string::npos;
  }
  bool goes(subject& one, const std::string& name) {
    return eventually([&] {
      one.step();
      one.it.hang_up(); // each time it connects, it looks
      return !listed(name);
    });
  }
  consumer_settings own_ = settings("shop@a:0-1");
};

TEST_F(redis_siblings, are_deleted_when_nothing_is_pending_with_them) {
  own_.lease = std::chrono::hours(1);
  subject one(own_);
  ASSERT_TRUE(goes(one, "shop@b:0-1"));
  EXPECT_FALSE(listed("shop@b:0-3"));
  EXPECT_TRUE(listed("shop@b:0-2")) << "an entry is pending with it";
  EXPECT_TRUE(listed("shopper@b:0-1"));
  EXPECT_TRUE(listed("me"));
  EXPECT_EQ(pending(), 1);
}

TEST_F(redis_siblings, are_left_alone_until_they_were_silent_for_long) {
  own_.sibling_gone = std::chrono::hours(1);
  subject one(own_);
  for (int i = 0; i < 20; ++i) one.step();
  EXPECT_TRUE(listed("shop@b:0-1"));
}

TEST_F(redis_siblings, that_come_back_are_made_again) {
  consumer_settings waits = settings("shop@b:0-3");
  waits.block = std::chrono::minutes(10);
  subject other(waits);
  other.step();
  other.step(); // its read waits at the server now
  subject one(own_);
  ASSERT_TRUE(goes(one, "shop@b:0-3"));
  one.close();
  server_.fill("s", 100);
  EXPECT_TRUE(other.read(100));
  EXPECT_TRUE(listed("shop@b:0-3"));
}

TEST_F(redis_siblings, stay_where_the_user_may_not_list_them) {
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~*", "+@all", "-xinfo|consumers"});
  own_.server.user = "bob";
  own_.server.password = "secret7";
  own_.server.has_password = true;
  own_.sibling_gone = milliseconds(0);
  subject one(own_);
  server_.fill("s", 10);
  EXPECT_TRUE(one.read(10)) << one.why;
  EXPECT_TRUE(listed("shop@b:0-1"));
}

} // namespace
} // namespace redis::stream
