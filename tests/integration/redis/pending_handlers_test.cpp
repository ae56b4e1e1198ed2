// What becomes of pending entries that nobody renews.
#include <gmock/gmock.h>

#include "plugins/redis/stream/scripts.hpp"
#include "tests/integration/redis/consumer_fixture.hpp"

namespace redis::stream {
namespace {

using testing::HasSubstr;
using testing::Not;

using namespace std::string_literals;

class pending_entries : public redis_consumer {
 protected:
  static constexpr milliseconds lease{200};

  // A consumer that nothing is heard of any more holds 7-1 with two fields, and then `more`.
  void abandon(std::size_t more = 0) {
    server_.run({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
    server_.run({"XADD", "s", "7-1", "payload", "\xFF"s, "who", "bob"});
    server_.fill("s", more);
    server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", "s", ">"});
  }
  consumer_settings with(std::vector<pending_handler> handlers, milliseconds own_lease = lease) {
    for (pending_handler& one : handlers) one.min_idle = own_lease;
    consumer_settings made = settings("alive");
    made.lease = own_lease;
    made.handlers = std::move(handlers);
    return made;
  }
  static pending_handler handler(pending_action action, std::string key = {}) {
    return {.action = action, .key = std::move(key)};
  }
  // Steps until nothing is pending.
  bool settles(subject& one) {
    return eventually([&] {
      one.step();
      return pending() == 0;
    });
  }
};

TEST_F(pending_entries, are_acknowledged_and_stay_in_the_stream) {
  abandon(10);
  subject one(with({handler(pending_action::ack)}));
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.handled[pending_action::ack] == 11;
  }));
  EXPECT_EQ(pending(), 0);
  EXPECT_EQ(server_.number({"XLEN", "s"}), 11);
  EXPECT_TRUE(one.heard.all.empty()) << "nobody reads them";
  EXPECT_THAT(one.heard.logged, HasSubstr("pending entries of the stream 's'"));
}

TEST_F(pending_entries, are_deleted_and_acknowledged) {
  abandon(10);
  subject one(with({handler(pending_action::remove)}));
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 0);
  EXPECT_TRUE(one.heard.all.empty());
}

TEST_F(pending_entries, are_moved_to_a_stream_as_they_are) {
  abandon(450);
  subject one(with({handler(pending_action::to_stream, "poison")}));
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 0);
  EXPECT_EQ(server_.number({"XLEN", "poison"}), 451);
  EXPECT_THAT(server_.run({"XRANGE", "poison", "-", "+", "COUNT", "1"}),
              HasSubstr("[payload, \xFF, who, bob]"));
}

TEST_F(pending_entries, are_moved_to_a_list_with_id_and_all_fields) {
  abandon(300);
  subject one(with({handler(pending_action::to_list, "poison")}));
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 0);
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 301);
  EXPECT_EQ(server_.run({"LINDEX", "poison", "0"}),
            R"({"stream":"s","id":"7-1","fields":[["payload",{"$base64":"/w=="}],["who","bob"]]})");
}

TEST_F(pending_entries, are_moved_to_a_sorted_set_by_the_time_of_their_id) {
  abandon();
  server_.run({"XADD", "s", "9-1", "same", "content"});
  server_.run({"XADD", "s", "9-2", "same", "content"});
  server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", "s", ">"});
  subject one(with({handler(pending_action::to_sorted_set, "poison")}));
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"ZCARD", "poison"}), 3) << "two of the same content are two";
  EXPECT_EQ(server_.number({"ZCOUNT", "poison", "7", "7"}), 1);
  EXPECT_EQ(server_.number({"ZCOUNT", "poison", "9", "9"}), 2);
}

// Two streams may give the same id, and a sorted set makes one member of equal texts.
TEST_F(pending_entries, of_two_streams_with_the_same_id_and_fields_are_two) {
  std::vector<consumer_settings> both;
  for (const char* key : {"s", "t"}) {
    server_.run({"XGROUP", "CREATE", key, "g", "0", "MKSTREAM"});
    server_.run({"XADD", key, "7-1", "same", "content"});
    server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", key, ">"});
    both.push_back(with({handler(pending_action::to_sorted_set, "poison")}));
    both.back().key = key;
  }
  // One of them was moved before, and came back, as by a restored snapshot.
  server_.run(
      {"ZADD", "poison", "7", R"({"stream":"t","id":"7-1","fields":[["same","content"]]})"});
  subject one(both);
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.handled[pending_action::to_sorted_set] == 2;
  }));
  EXPECT_EQ(server_.run({"ZRANGE", "poison", "0", "-1"}),
            R"([{"stream":"s","id":"7-1","fields":[["same","content"]]}, )"
            R"({"stream":"t","id":"7-1","fields":[["same","content"]]}])");
}

TEST_F(pending_entries, go_to_the_first_handler_that_applies) {
  abandon(1);
  server_.run({"XCLAIM", "s", "g", "dead", "0", "7-1", "RETRYCOUNT", "5"});
  pending_handler often = handler(pending_action::to_list, "poison");
  often.times_delivered = 5;
  subject one(with({often, handler(pending_action::claim)}));
  ASSERT_TRUE(one.read(1)); // the other
  EXPECT_TRUE(eventually([&] {
    one.step();
    one.settle_open(outcome::ack);
    return pending() == 0;
  }));
  EXPECT_EQ(one.heard.all.size(), 1U);
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 1);
}

TEST_F(pending_entries, without_a_handler_for_them_wait) {
  abandon(5);
  pending_handler often = handler(pending_action::remove);
  often.times_delivered = 2;
  subject one(with({often}));
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step());
  EXPECT_EQ(pending(), 6);
  EXPECT_TRUE(one.heard.all.empty());
}

TEST_F(pending_entries, of_a_consumer_that_lives_are_left_to_it) {
  server_.fill("s", 50);
  consumer_settings own = with({handler(pending_action::remove)}, milliseconds(2000));
  subject holder(own);
  ASSERT_TRUE(holder.read(50));
  own.name = "second";
  subject other(own);
  const long end = tempest::test::now_ms() + 5000;
  while (tempest::test::now_ms() < end) {
    ASSERT_TRUE(holder.step(0, 5));
    ASSERT_TRUE(other.step(1000, 5));
  }
  EXPECT_EQ(pending(), 50);
  ASSERT_TRUE(holder.drain(50));
  EXPECT_EQ(holder.heard.confirmed[confirmation::ok], 50U);
}

// What this consumer finds under its own name, as after a restart.
class pending_entries_of_its_own : public pending_entries {
 protected:
  // 7-1 has failed four times, 7-2 never; nobody has renewed them for so long.
  void leave_idle(milliseconds idle) {
    server_.run({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
    for (const auto& [id, times] : {std::pair{"7-1", "5"}, std::pair{"7-2", "1"}}) {
      server_.run({"XADD", "s", id, "payload", id});
      server_.run({"XREADGROUP", "GROUP", "g", "alive", "STREAMS", "s", ">"});
      server_.run({"XCLAIM", "s", "g", "alive", "0", id, "IDLE", std::to_string(idle.count()),
                   "RETRYCOUNT", times, "JUSTID"});
    }
  }
  static pending_handler often(pending_handler made) {
    made.times_delivered = 5;
    return made;
  }
  static constexpr milliseconds long_lease{60000};
  static constexpr milliseconds long_ago{90000};
};

TEST_F(pending_entries_of_its_own, go_to_the_first_handler_that_applies_too) {
  for (const pending_action action :
       {pending_action::ack, pending_action::remove, pending_action::to_list,
        pending_action::to_stream, pending_action::to_sorted_set}) {
    leave_idle(long_ago);
    subject one(
        with({often(handler(action, "poison")), handler(pending_action::claim)}, long_lease));
    ASSERT_TRUE(eventually([&] {
      one.step();
      return one.heard.handled[action] == 1 && one.heard.all.size() == 1;
    })) << word(action);
    EXPECT_EQ(one.heard.all.front().id, "7-2");
    EXPECT_EQ(pending(), 1);
    EXPECT_EQ(server_.number({"XLEN", "s"}), action == pending_action::ack ? 2 : 1);
    server_.run({"FLUSHALL"});
  }
}

TEST_F(pending_entries_of_its_own, are_read_when_an_earlier_handler_claims_them) {
  leave_idle(long_ago);
  subject one(with({handler(pending_action::claim), handler(pending_action::remove)}, long_lease));
  ASSERT_TRUE(one.read(2));
  EXPECT_EQ(one.heard.all.front().deliveries, 5U) << "its failures count on";
}

// Others would let it wait; but it is this consumer's, and nobody else reads it.
TEST_F(pending_entries_of_its_own, are_read_when_no_handler_applies) {
  leave_idle(long_ago);
  subject one(with({often(handler(pending_action::remove))}, long_lease));
  ASSERT_TRUE(one.read(1));
  EXPECT_EQ(one.heard.all.front().id, "7-2");
}

TEST_F(pending_entries_of_its_own, are_read_when_they_are_not_idle_for_long_enough) {
  leave_idle(milliseconds(0));
  subject one(with({handler(pending_action::remove)}, long_lease));
  ASSERT_TRUE(one.read(2));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 2);
}

// A server that was away for longer than a handler waits.
TEST_F(pending_entries_of_its_own, that_are_in_hand_stay_there_whatever_handlers_say) {
  server_.fill("s", 20);
  subject one(with({handler(pending_action::remove)}, long_lease));
  ASSERT_TRUE(one.read(20));
  one.it.hang_up();
  for (const got& each : one.heard.all) {
    server_.run({"XCLAIM", "s", "g", "alive", "0", each.id, "IDLE", "90000", "JUSTID"});
  }
  const long end = tempest::test::now_ms() + 500;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step()) << one.why;
  EXPECT_EQ(pending(), 20);
  ASSERT_TRUE(one.drain(20));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 20U);
}

// Between the look and the deed.
TEST_F(pending_entries, that_somebody_took_meanwhile_are_left_alone) {
  abandon();
  const auto handle = [&](const char* idle_ms, const char* times, const std::string& action) {
    std::vector<std::string> call = {
        "EVAL", std::string(handle_script), "2", "s", "poison", "g", idle_ms, times, action, "1000",
        "7-1"};
    if (action == "list" || action == "sorted_set") call.emplace_back("text");
    return server_.run(call);
  };
  for (const char* action : {"ack", "delete", "list", "sorted_set", "stream"}) {
    EXPECT_EQ(handle("100000", "0", action), "[0, 0, 0, 0]");
    EXPECT_EQ(handle("0", "2", action), "[0, 0, 0, 0]");
  }
  EXPECT_EQ(pending(), 1);
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
}

// As a source does at its end: nobody has failed them.
TEST_F(pending_entries, that_were_given_back_are_nobodys_only_after_the_lease) {
  server_.fill("s", 20);
  consumer_settings own = with({handler(pending_action::remove)}, milliseconds(5000));
  subject one(own);
  ASSERT_TRUE(one.read(20));
  one.settle_open(outcome::give_back);
  ASSERT_TRUE(eventually([&] {
    one.step(0);
    return one.heard.open.empty();
  }));
  own.name = "other";
  subject other(own);
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(other.step());
  EXPECT_EQ(server_.number({"XLEN", "s"}), 20);
}

TEST_F(pending_entries, that_may_not_be_deleted_are_put_nowhere_else_either) {
  abandon(10);
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~*", "+@all", "-xdel"});
  consumer_settings own = with({handler(pending_action::to_list, "poison")});
  own.server.user = "bob";
  own.server.password = "secret7";
  own.server.has_password = true;
  subject one(own);
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.logged.find("lacks a permission") != std::string::npos;
  }));
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 0);
  EXPECT_EQ(pending(), 11);
  EXPECT_GT(one.heard.refused[pending_action::to_list], 0U);
  EXPECT_EQ(one.heard.handled[pending_action::to_list], 0U);
}

// Also in the process that let them fail, which claims them no more.
TEST_F(pending_entries, that_failed_are_moved_once_their_lease_ran_out) {
  server_.fill("s", 20);
  subject one(with({handler(pending_action::to_stream, "poison")}));
  ASSERT_TRUE(one.read(20));
  one.settle_open(outcome::fail);
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"XLEN", "poison"}), 20);
  EXPECT_EQ(one.heard.all.size(), 20U);
}

TEST_F(pending_entries, that_were_deleted_are_acknowledged_moved_nowhere_and_counted_apart) {
  const std::map<pending_action, std::string> ways = {{pending_action::to_list, "LLEN"},
                                                      {pending_action::to_sorted_set, "ZCARD"},
                                                      {pending_action::to_stream, "XLEN"},
                                                      {pending_action::remove, ""}};
  for (const auto& [action, length] : ways) {
    abandon(10);
    server_.run({"XTRIM", "s", "MAXLEN", "4"});
    subject one(with({handler(action, "poison")}));
    ASSERT_TRUE(settles(one));
    ASSERT_TRUE(eventually([&] {
      one.step();
      return one.heard.handled[pending_action::gone] + one.heard.handled[action] == 11;
    }));
    EXPECT_EQ(one.heard.handled[action], 4U);
    EXPECT_EQ(one.heard.handled[pending_action::gone], 7U);
    EXPECT_THAT(one.heard.logged, HasSubstr("were deleted or trimmed before they were read"));
    if (action != pending_action::remove) {
      EXPECT_EQ(server_.number({length, "poison"}), 4);
    }
    server_.run({"FLUSHALL"});
  }
}

TEST_F(pending_entries, wait_while_their_new_place_cannot_be_written) {
  abandon(10);
  server_.run({"SET", "poison", "text"});
  subject one(with({handler(pending_action::to_list, "poison")}));
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step()) << one.why;
  EXPECT_EQ(pending(), 11);
  EXPECT_EQ(server_.number({"XLEN", "s"}), 11);
  const std::string& log = one.heard.logged;
  EXPECT_THAT(log, HasSubstr("cannot be moved to 'poison'"));
  EXPECT_THAT(log, HasSubstr("the key holds something of another type (WRONGTYPE"));
  EXPECT_EQ(log.find("cannot be"), log.rfind("cannot be")) << "said once";
  server_.run({"DEL", "poison"});
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 11);
}

TEST_F(pending_entries, that_are_refused_are_tried_again_ever_less) {
  abandon(500);
  server_.run({"SET", "poison", "text"});
  server_.run({"CONFIG", "RESETSTAT"});
  subject one(with({handler(pending_action::to_list, "poison")}));
  const long end = tempest::test::now_ms() + 2000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step()) << one.why;
  EXPECT_GE(one.heard.refused[pending_action::to_list], 2U);
  EXPECT_LT(calls("eval"), 40) << "looked for, looked at and refused over and over";
}

TEST_F(pending_entries, are_handled_many_at_once_whatever_is_read) {
  for (const pending_action action :
       {pending_action::ack, pending_action::remove, pending_action::to_list,
        pending_action::to_stream, pending_action::to_sorted_set}) {
    abandon(2000);
    ASSERT_TRUE(eventually([&] { return idle_of("7-1") >= lease.count(); }));
    server_.run({"CONFIG", "RESETSTAT"});
    const bool moves = action >= pending_action::to_list;
    subject one(with({handler(action, moves ? "poison" : "")}));
    ASSERT_TRUE(eventually([&] {
      EXPECT_TRUE(one.step()) << one.why;
      return one.heard.handled[action] == 2001;
    })) << word(action);
    EXPECT_LT(calls("eval"), 150) << word(action);
    server_.run({"FLUSHALL"});
  }
}

TEST_F(pending_entries, that_are_large_are_moved_few_at_once) {
  for (const pending_action action : {pending_action::to_list, pending_action::to_stream}) {
    abandon();
    const std::string value(200000, 'x');
    for (int i = 0; i < 30; ++i) server_.run({"XADD", "s", "*", "payload", value});
    server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", "s", ">"});
    subject one(with({handler(action, "poison")}));
    ASSERT_TRUE(eventually([&] {
      EXPECT_TRUE(one.step()) << one.why;
      return one.heard.handled[action] == 31;
    })) << word(action);
    EXPECT_EQ(server_.number({action == pending_action::to_list ? "LLEN" : "XLEN", "poison"}), 31);
    std::size_t steps = 0;
    const std::string& log = one.heard.logged;
    for (std::size_t at = 0; (at = log.find("moved to", at)) != std::string::npos; ++at) ++steps;
    EXPECT_GE(steps, 5U) << word(action) << " of six megabytes, one at a time";
    server_.run({"FLUSHALL"});
  }
}

TEST_F(pending_entries, are_handled_also_when_nothing_more_can_be_kept_in_hand) {
  abandon(50);
  server_.fill("s", 3000, "payload", "new");
  subject one(with({handler(pending_action::remove)}));
  ASSERT_TRUE(eventually([&] {
    one.step();
    return one.heard.logged.find("are in hand though there is room") != std::string::npos;
  }));
  ASSERT_TRUE(eventually([&] {
    EXPECT_TRUE(one.step()) << one.why;
    return one.heard.handled[pending_action::remove] == 51;
  }));
}

TEST_F(pending_entries, with_more_fields_than_a_command_takes_stay) {
  abandon();
  std::vector<std::string> wide = {"XADD", "s", "*"};
  for (int i = 0; i < 4000; ++i) wide.insert(wide.end(), {"f" + std::to_string(i), "x"});
  server_.run(wide);
  server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", "s", ">"});
  subject one(with({handler(pending_action::to_stream, "poison")}));
  ASSERT_TRUE(eventually([&] {
    one.step();
    return pending() == 1 && one.heard.logged.find("more fields") != std::string::npos;
  }));
  EXPECT_EQ(server_.number({"XLEN", "poison"}), 1);
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
}

// Base64 makes them a third larger: then the server hangs up, and would at each round.
class large_pending_entries : public pending_entries {
 protected:
  consumer_settings begin(std::vector<std::string> config, pending_action action) {
    server_.run({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"});
    for (int i = 0; i < 2; ++i) {
      const std::string value(static_cast<std::size_t>(900 + 20 * i) << 10, '\xFF');
      server_.run({"XADD", "s", "*", "payload", value});
    }
    server_.fill("s", 50);
    server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", "s", ">"});
    config.insert(config.begin(), {"CONFIG", "SET"});
    EXPECT_EQ(server_.run(config), "OK");
    return with({handler(action, "poison")});
  }
  void expect_that_two_stay(subject& one) {
    ASSERT_TRUE(eventually([&] {
      (void)one.step();
      return pending() == 2 && one.it.connected() &&
             one.heard.logged.find("stay as") != std::string::npos;
    })) << one.why
        << one.heard.logged;
    const std::size_t said = one.heard.logged.rfind("stay as");
    server_.fill("s", 5, "payload", "new");
    const long end = tempest::test::now_ms() + 1000;
    while (tempest::test::now_ms() < end) {
      ASSERT_TRUE(one.step()) << one.why;
      one.settle_open(outcome::ack);
    }
    EXPECT_EQ(one.heard.all.size(), 5U);
    EXPECT_EQ(one.heard.logged.rfind("stay as"), said) << one.heard.logged;
  }
};

TEST_F(large_pending_entries, stay_and_the_others_are_moved) {
  subject one(begin({"proto-max-bulk-len", "1048576"}, pending_action::to_list));
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step()) << one.why;
  expect_that_two_stay(one);
  EXPECT_EQ(one.heard.refused[pending_action::to_list], 2U);
  EXPECT_EQ(one.heard.handled[pending_action::to_list], 50U);
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 50);
  // Whoever allows more has them moved by the next connection.
  server_.run({"CONFIG", "SET", "proto-max-bulk-len", "2097152"});
  server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  ASSERT_TRUE(settles(one));
  EXPECT_EQ(server_.number({"LLEN", "poison"}), 52);
}

TEST_F(large_pending_entries, stay_also_when_the_server_says_nothing) {
  subject one(begin({"client-query-buffer-limit", "1048576"}, pending_action::to_sorted_set));
  const long end = tempest::test::now_ms() + 1000;
  while (tempest::test::now_ms() < end) ASSERT_TRUE(one.step()) << one.why;
  expect_that_two_stay(one);
  EXPECT_EQ(server_.number({"ZCARD", "poison"}), 50);
}

TEST_F(large_pending_entries, are_known_after_some_connections_to_who_may_not_ask) {
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~*", "+@all", "-config"});
  for (const char* setting : {"proto-max-bulk-len", "client-query-buffer-limit"}) {
    consumer_settings own = begin({setting, "1048576"}, pending_action::to_list);
    own.server.user = "bob";
    own.server.password = "secret7";
    own.server.has_password = true;
    subject one(own);
    expect_that_two_stay(one);
    EXPECT_EQ(server_.number({"LLEN", "poison"}), 50);
    server_.run({"FLUSHALL"});
    server_.run({"CONFIG", "SET", setting, "536870912"});
  }
}

} // namespace
} // namespace redis::stream
