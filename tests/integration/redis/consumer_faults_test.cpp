// The consumer against a real server that fails, and beside other consumers.
#include <gmock/gmock.h>

#include "tests/integration/redis/consumer_fixture.hpp"

namespace redis::stream {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(redis_consumer, a_restart_in_the_middle_loses_nothing) {
  server_.fill("s", 10000);
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
  EXPECT_EQ(pending(), 0);
  EXPECT_EQ(one.heard.confirmed[confirmation::gone], 0U);
}

TEST_F(redis_consumer, open_tokens_outlive_a_cut_connection) {
  server_.fill("s", 500);
  subject one(settings());
  ASSERT_TRUE(one.read(500));
  server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  ASSERT_TRUE(eventually([&] { return !one.step(); }));
  ASSERT_TRUE(one.step());
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.all.size(), 500U) << "handed out again while still open";
  ASSERT_TRUE(one.drain(500));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 500U);
}

TEST_F(redis_consumer, what_was_read_over_a_broken_connection_is_read_again) {
  server_.fill("s", 50);
  subject one(settings());
  one.step(0); // connected; nothing read
  // Somebody reads in this consumer's name, as a lost answer would look to the server.
  server_.run({"XREADGROUP", "GROUP", "g", "a", "COUNT", "20", "STREAMS", "s", ">"});
  one.it.hang_up();
  ASSERT_TRUE(one.drain(50));
  EXPECT_EQ(one.heard.all.size(), 50U);
  EXPECT_EQ(pending(), 0);
}

// A full server refuses to make a group, though it is there.
TEST_F(redis_consumer, on_a_full_server_all_goes_on_over_a_new_connection) {
  server_.fill("s", 300);
  consumer_settings own = settings();
  own.lease = milliseconds(1000);
  own.read_count = 100;
  subject one(own);
  ASSERT_TRUE(eventually([&] { return one.step(100) && one.heard.all.size() >= 100; }));
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  ASSERT_THAT(server_.run({"SET", "x", "y"}), HasSubstr("OOM"));
  server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  const std::size_t before = one.heard.all.size();
  one.settle({&one.heard.all.front().of, 1}, outcome::ack);
  ASSERT_TRUE(eventually([&] { return !one.step(0); }));
  ASSERT_TRUE(eventually([&] { return one.step(0) && !one.heard.confirmed.empty(); })) << one.why;
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 1U) << "acknowledged";

  const std::string last = one.heard.all[before - 1].id;
  ASSERT_TRUE(eventually([&] { return one.step(0) && idle_of(last) > 200; }));
  ASSERT_TRUE(eventually([&] { return one.step(0) && idle_of(last) < 200; })) << "renewed";

  one.settle_open(outcome::give_back);
  ASSERT_TRUE(eventually([&] { return one.step(0) && one.heard.open.empty(); })) << one.why;
  own.name = "b";
  subject other(own); // new, and the group is there
  ASSERT_TRUE(other.drain(299)) << other.why;
  EXPECT_EQ(pending(), 0);
  EXPECT_TRUE(one.heard.gone.empty());
  other.close();
  one.close();
  EXPECT_EQ(consumers(), "[]");
}

TEST_F(redis_consumer, a_group_that_a_full_server_cannot_make_is_made_once_it_can) {
  server_.fill("s", 10);
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  subject one(settings());
  EXPECT_FALSE(one.step());
  EXPECT_THAT(one.why, HasSubstr("its memory is full"));
  EXPECT_THAT(one.why, HasSubstr("OOM"));
  server_.run({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(one.drain(10)) << one.why;
}

TEST_F(redis_consumer, after_a_flush_the_group_is_made_again) {
  server_.fill("s", 100);
  subject one(settings());
  ASSERT_TRUE(one.read(100));
  server_.run({"FLUSHALL"});
  server_.fill("s", 30, "payload", "new");
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.all.size() >= 130;
  }));
  EXPECT_EQ(one.heard.gone.size(), 100U);
  EXPECT_THAT(one.heard.logged, HasSubstr("made again"));
  ASSERT_TRUE(one.drain(130));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 30U);
}

TEST_F(redis_consumer, settlements_under_way_when_the_group_vanishes_are_answered) {
  server_.fill("s", 100);
  subject one(settings());
  ASSERT_TRUE(one.read(100));
  server_.run({"XGROUP", "DESTROY", "s", "g"});
  one.settle_open(outcome::ack);
  // The entries are still there and belong to nobody: they are read again.
  ASSERT_TRUE(one.read(200));
  EXPECT_EQ(one.heard.confirmed[confirmation::gone] + one.heard.confirmed[confirmation::ok], 100U);
  ASSERT_TRUE(one.drain(100));
}

TEST_F(redis_consumer, leases_are_renewed_while_held) {
  server_.fill("s", 450);
  consumer_settings own = settings("a");
  own.lease = milliseconds(600);
  subject one(own);
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(one.read(450));
  const long end = tempest::test::now_ms() + 2500;
  while (tempest::test::now_ms() < end) {
    ASSERT_TRUE(one.step(0, 5));
    ASSERT_TRUE(other.step(1000, 5));
  }
  EXPECT_TRUE(other.heard.all.empty()) << "taken over although its holder is alive";
  EXPECT_TRUE(one.heard.gone.empty());
  ASSERT_TRUE(one.drain(450));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 450U);
}

// What is read and done sooner costs the server nothing.
TEST_F(redis_consumer, a_lease_is_renewed_after_a_third_of_it_and_not_before) {
  server_.fill("s", 100);
  consumer_settings own = settings();
  own.lease = milliseconds(6000);
  subject one(own);
  ASSERT_TRUE(one.read(100));
  const std::string first = one.heard.all.front().id;
  ASSERT_TRUE(eventually([&] { return one.step() && idle_of(first) >= 1000; }));
  server_.fill("s", 100);
  ASSERT_TRUE(one.read(200));
  const std::string last = one.heard.all.back().id;
  ASSERT_GT(idle_of(first), idle_of(last));
  EXPECT_TRUE(eventually([&] { return one.step() && idle_of(first) + 500 < idle_of(last); }))
      << "the younger ones are renewed with them";
}

TEST_F(redis_consumer, a_renewal_looks_at_many_entries_at_once) {
  server_.fill("s", 450);
  consumer_settings own = settings();
  own.lease = milliseconds(600);
  subject one(own);
  ASSERT_TRUE(one.read(450));
  server_.run({"CONFIG", "RESETSTAT"});
  ASSERT_TRUE(eventually([&] { return one.step(0) && calls("xclaim") >= 3; }));
  EXPECT_LE(calls("xpending"), 2 * calls("eval"));
  EXPECT_TRUE(one.heard.gone.empty());
}

TEST_F(redis_consumer, a_renewal_finds_what_is_anothers_between_what_is_its_own) {
  server_.fill("s", 900);
  consumer_settings own = settings();
  own.lease = milliseconds(1500);
  subject one(own);
  ASSERT_TRUE(one.read(900));
  std::vector<token> failing; // stay pending with it, and are not renewed
  std::vector<std::string> take = {"XCLAIM", "s", "g", "thief", "0"};
  std::set<token> taken;
  for (std::size_t i = 0; i < 900; ++i) {
    if (i % 3 == 0) failing.push_back(one.heard.all[i].of);
    if (i % 3 != 1) continue;
    take.push_back(one.heard.all[i].id);
    taken.insert(one.heard.all[i].of);
  }
  one.settle(failing, outcome::fail);
  server_.run(take);
  ASSERT_TRUE(eventually([&] { return one.step(0) && one.heard.gone.size() == 300; }));
  EXPECT_EQ(std::set<token>(one.heard.gone.begin(), one.heard.gone.end()), taken);
  EXPECT_EQ(one.heard.open.size(), 300U);
  EXPECT_LT(idle_of(one.heard.all[899].id), idle_of(one.heard.all[897].id)) << "it was renewed";
}

// Else there would be ever more to renew, and the server would do nothing else.
TEST_F(redis_consumer, no_more_is_in_hand_than_can_be_renewed_or_is_done_in_time) {
  constexpr std::size_t many = 40000; // renewing so many takes longer than the lease
  server_.fill("s", many);
  consumer_settings own = settings();
  own.lease = milliseconds(100);
  subject one(own);
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.logged.find("is room for more") != std::string::npos;
  }));
  EXPECT_LT(one.it.in_hand(), many);
  ASSERT_TRUE(one.drain(many));
  EXPECT_TRUE(eventually([&] { return one.step() && pending() == 0; }));
}

TEST_F(redis_consumer, what_a_dead_consumer_held_is_taken_over_and_withdrawn_from_it) {
  server_.fill("s", 250);
  consumer_settings own = settings("a");
  own.lease = milliseconds(300);
  subject stuck(own);
  ASSERT_TRUE(stuck.read(250));
  own.name = "b";
  subject other(own);
  ASSERT_TRUE(other.read(250)); // `stuck` does nothing meanwhile
  EXPECT_EQ(other.heard.all.front().deliveries, 1U) << "that is not its failure";
  ASSERT_TRUE(eventually([&] {
    stuck.step(0);
    other.step(0);
    return stuck.heard.gone.size() == 250;
  }));
  EXPECT_TRUE(stuck.heard.open.empty());
  ASSERT_TRUE(other.drain(250));
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, who_was_paused_acknowledges_nothing_that_another_has_now) {
  server_.fill("s", 250);
  consumer_settings own = settings("a");
  own.lease = milliseconds(300);
  subject paused(own);
  ASSERT_TRUE(paused.read(250));
  std::vector<token> done;
  for (std::size_t i = 0; i < 125; ++i) done.push_back(paused.heard.all[i].of);
  paused.settle(done, outcome::ack); // done, and the server has not heard of it
  std::optional<subject> other;
  own.name = "b";
  other.emplace(own);
  ASSERT_TRUE(other->read(250)); // `paused` does nothing meanwhile
  // It comes back, and has more to tell.
  const std::vector<token> failing = {paused.heard.all[200].of};
  paused.it.failed(failing, std::vector<std::uint32_t>{3});
  paused.settle(std::span(failing), outcome::give_back);
  ASSERT_TRUE(eventually([&] {
    paused.step(0);
    return paused.heard.open.empty();
  }));
  EXPECT_EQ(paused.heard.confirmed[confirmation::ok], 0U);
  EXPECT_EQ(paused.heard.gone.size() + paused.heard.confirmed[confirmation::gone], 250U);
  EXPECT_EQ(pending(), 250) << "nothing was acknowledged for the other";
  // So when the other dies, the next one has it, all of it, and nothing counts as its failure.
  other.reset();
  own.name = "c";
  subject last(own);
  ASSERT_TRUE(last.drain(250));
  for (const got& one : last.heard.all) EXPECT_EQ(one.deliveries, 1U);
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, who_was_paused_acknowledges_what_is_still_its_own) {
  server_.fill("s", 100);
  consumer_settings own = settings();
  own.lease = milliseconds(300);
  subject one(own);
  ASSERT_TRUE(one.read(100));
  one.settle_open(outcome::ack);
  ASSERT_TRUE(eventually([&] {
    return server_.run({"XPENDING", "s", "g", "IDLE", "300", "-", "+", "100"}) != "[]" &&
           server_.run({"XPENDING", "s", "g", "IDLE", "300", one.heard.all.back().id, "+", "1"}) !=
               "[]";
  }));
  server_.run({"XAUTOCLAIM", "s", "g", "thief", "0", "0", "COUNT", "40"});
  ASSERT_TRUE(eventually([&] {
    one.step(0);
    return one.heard.open.empty();
  }));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 60U);
  EXPECT_EQ(one.heard.confirmed[confirmation::gone], 40U);
  EXPECT_EQ(pending(), 40);
}

TEST_F(redis_consumer, what_is_taken_over_while_it_is_given_back_is_let_go) {
  server_.fill("s", page_size::first, "payload", std::string(page_size::least_bytes * 2, 'x'));
  consumer_settings own = settings();
  own.lease = milliseconds(100);
  subject one(own);
  const std::size_t room = page_size::first * page_size::least_bytes; // for half of what it reads
  ASSERT_TRUE(eventually([&] { return one.step(100, 20, room) && !one.heard.all.empty(); }));
  ASSERT_GT(one.it.in_hand(), one.heard.all.size()); // others wait to be handed over
  server_.run({"XAUTOCLAIM", "s", "g", "thief", "0", "0", "COUNT", "1000"});
  server_.pause();
  const long end = tempest::test::now_ms() + own.lease.count();
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step(0, 5)); // a renewal is under way
  server_.resume();
  one.close();
  EXPECT_EQ(one.heard.gone.size(), one.heard.all.size());
  EXPECT_EQ(one.it.in_hand(), 0U);
  EXPECT_THAT(consumers(), AllOf(HasSubstr("name, thief"), Not(HasSubstr("name, a,"))));
}

TEST_F(redis_consumer, entries_trimmed_while_they_are_processed_stay_in_hand) {
  server_.fill("s", 50);
  consumer_settings own = settings();
  own.lease = milliseconds(300);
  subject one(own);
  ASSERT_TRUE(one.read(50));
  server_.run({"XTRIM", "s", "MAXLEN", "=", "10"});
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step(1000, 5));
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.all.size(), 50U);
  ASSERT_TRUE(one.drain(50));
  EXPECT_EQ(pending(), 0);
}

TEST_F(redis_consumer, without_acknowledgements_nothing_in_hand_is_withdrawn) {
  server_.fill("s", 20);
  consumer_settings own = settings();
  own.acknowledge = false;
  subject one(own);
  ASSERT_TRUE(one.read(20));
  one.it.hang_up();
  ASSERT_TRUE(one.step());
  server_.run({"FLUSHALL"});
  one.it.hang_up();
  ASSERT_TRUE(one.step());
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.open.size(), 20U);
}

TEST_F(redis_consumer, three_consumers_share_without_overlap) {
  server_.fill("s", 6000);
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
    return seen == 6000 && pending() == 0;
  }));
  for (subject* one : {&a, &b, &c}) EXPECT_GT(one->heard.all.size(), 0U);
  for (subject* one : {&a, &b, &c}) one->close();
  EXPECT_EQ(consumers(), "[]");
}

TEST_F(redis_consumer, a_server_that_stops_answering_is_noticed) {
  consumer_settings own = settings();
  own.timeout = milliseconds(300);
  own.block = milliseconds(100);
  server_.fill("s", 10);
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

TEST_F(redis_consumer, a_key_of_another_type_is_named) {
  server_.run({"SET", "s", "text"});
  subject one(settings());
  EXPECT_FALSE(one.step());
  EXPECT_THAT(one.why, HasSubstr("something of another type"));
  EXPECT_THAT(one.why, HasSubstr("'s'"));
}

TEST_F(redis_consumer, no_such_database_is_named) {
  consumer_settings own = settings();
  own.server.database = 99;
  subject one(own);
  EXPECT_FALSE(one.step());
  EXPECT_THAT(one.why, HasSubstr("no database 99"));
}

TEST_F(redis_consumer, an_unreachable_server_is_named) {
  server_.kill();
  subject one(settings());
  EXPECT_FALSE(one.step());
  EXPECT_THAT(one.why, HasSubstr("127.0.0.1:" + std::to_string(server_.port())));
  EXPECT_THAT(one.why, HasSubstr("Connection refused"));
}

TEST(redis_consumer_sign_in, passwords_and_permissions) {
  redis_server server({"--requirepass", "hunter2", "--user", "bob", "on", ">secret7", "~*", "+@all",
                       "-xreadgroup"});
  recorder heard;
  const auto try_uri = [&](const std::string& sign_in) {
    consumer_settings settings;
    settings.server =
        parse_uri("redis://" + sign_in + "127.0.0.1:" + std::to_string(server.port()));
    settings.key = "s";
    settings.group = "g";
    settings.name = "a";
    subject one(settings);
    return one.step() && one.step() ? std::string("fine") : one.why;
  };
  EXPECT_THAT(try_uri(""), HasSubstr("a password is needed"));
  EXPECT_THAT(try_uri(":wrong-one@"),
              AllOf(HasSubstr("the password in `uri` is refused"), Not(HasSubstr("wrong-one"))));
  EXPECT_THAT(try_uri("bob:wrong-one@"),
              AllOf(HasSubstr("of user 'bob'"), Not(HasSubstr("wrong-one"))));
  EXPECT_EQ(try_uri(":hunter2@"), "fine");
  EXPECT_THAT(try_uri("bob:secret7@"), AllOf(HasSubstr("lacks a permission"),
                                             HasSubstr("xreadgroup"), Not(HasSubstr("secret7"))));
}

} // namespace
} // namespace redis::stream
