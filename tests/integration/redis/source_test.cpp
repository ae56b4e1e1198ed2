// The source `redis_stream` through the plugin's own table of functions.
#include <unistd.h>

#include <array>
#include <thread>

#include "tests/integration/redis/plugin_fixture.hpp"

namespace tempest::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

using namespace std::string_literals;

TEST_F(redis_plugin, source_reads_fields_as_payload_key_and_headers) {
  server_.run(
      {"XADD", "s", "7-1", "a", "1", "payload", "p\0q"s, "who", "bob", "a", "\xFF\0"s, "a", ""});
  source_harness source(source_descriptor(), source_options({{"key_field", toml("who")}}));
  ASSERT_TRUE(source.drain(1));
  const pushed_message& got = source.messages.front();
  EXPECT_EQ(got.id, "7-1");
  EXPECT_EQ(got.timestamp_ms, 7);
  EXPECT_EQ(got.payload, "p\0q"s);
  EXPECT_EQ(got.key, "bob");
  EXPECT_EQ(got.deliveries, 1U);
  EXPECT_THAT(got.headers, ElementsAre(Pair("a", "1"), Pair("a", "\xFF\0"s), Pair("a", "")));
  EXPECT_EQ(source.broken, "");
}

TEST_F(redis_plugin, source_warns_once_of_entries_without_the_payload_field) {
  server_.fill("s", 5, "other");
  source_harness source(source_descriptor(), source_options());
  ASSERT_TRUE(source.drain(5));
  EXPECT_EQ(source.messages[0].payload, "");
  EXPECT_THAT(source.messages[0].headers, ElementsAre(Pair("other", "0")));
  EXPECT_THAT(source.host.logged, HasSubstr("no field 'payload'"));
  EXPECT_EQ(source.host.logged.find("no field"), source.host.logged.rfind("no field"));
}

TEST_F(redis_plugin, source_reads_all_fields_as_json) {
  server_.run({"XADD", "s", "*", "b", "say \"hi\"", "a", "1", "b", "\xFF"s, "\xFE"s, "x"});
  server_.run({"XADD", "s", "*", "only", "one"});
  source_harness source(source_descriptor(), source_options({{"payload", toml("json")}}));
  ASSERT_TRUE(source.drain(2));
  EXPECT_EQ(source.messages[0].payload,
            R"({"a":"1","b":["say \"hi\"",{"$base64":"/w=="}],"$base64:/g==":"x"})");
  EXPECT_EQ(source.messages[1].payload, R"({"only":"one"})");
  EXPECT_TRUE(source.messages[0].headers.empty());
}

TEST_F(redis_plugin, instances_on_one_host_have_names_of_their_own) {
  server_.fill("s", 30);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string prefix = "shop@"s + host.data() + ":";
  auto first = std::make_unique<source_harness>(source_descriptor(), source_options(), "shop");
  source_harness second(source_descriptor(), source_options(), "shop");
  source_harness third(source_descriptor(), source_options(), "shop");
  for (source_harness* one : {first.get(), &second, &third}) ASSERT_TRUE(one->step(10));
  ASSERT_TRUE(eventually([&] { return first->step(10) && first->messages.size() >= 10; }));
  const std::string consumers = server_.run({"XINFO", "CONSUMERS", "s", "g"});
  for (const char* number : {"0", "1", "2"}) EXPECT_THAT(consumers, HasSubstr(prefix + number));
  // It goes without a word, as after a crash; the next one takes its place and its entries.
  const std::size_t held = first->messages.size();
  first.reset();
  source_harness again(source_descriptor(), source_options(), "shop");
  ASSERT_TRUE(eventually([&] { return again.step(100) && again.messages.size() >= held; }));
  EXPECT_EQ(again.messages.front().deliveries, 1U);
  EXPECT_EQ(again.messages.front().failures, 0U);
}

class several_keys : public redis_plugin {
 protected:
  given_options options(given_options more = {}) {
    const config::array keys = {toml("x"), toml("x/y")};
    more.insert({{"key", toml("")}, {"keys", toml(keys)}});
    return source_options(std::move(more));
  }
};

TEST_F(several_keys, stand_before_the_ids) {
  server_.run({"XADD", "x", "7-1", "payload", "a"});
  server_.run({"XADD", "x/y", "7-1", "payload", "b"});
  source_harness source(source_descriptor(), options(), "shop");
  ASSERT_TRUE(source.drain(2));
  std::map<std::string, std::string> got;
  for (const pushed_message& one : source.messages) got[one.id] = one.payload;
  EXPECT_THAT(got, ElementsAre(Pair("x/7-1", "a"), Pair("x/y/7-1", "b")));
  EXPECT_EQ(source.messages[0].timestamp_ms, 7);
  for (const char* key : {"x", "x/y"}) {
    EXPECT_THAT(server_.run({"XINFO", "CONSUMERS", key, "g"}), HasSubstr("name, shop@"));
  }
  EXPECT_EQ(source.broken, "");
}

TEST_F(several_keys, have_their_lags_together) {
  source_harness source(source_descriptor(), options());
  ASSERT_TRUE(source.connect()) << source.error;
  server_.fill("x", 30);
  server_.fill("x/y", 12);
  ASSERT_TRUE(eventually([&] { return source.step(0) && source.depth() == 42; }));
}

TEST_F(several_keys, instances_that_share_some_of_them_have_names_of_their_own) {
  server_.fill("x", 30);
  server_.fill("x/y", 30);
  source_harness both(source_descriptor(), options(), "shop");
  source_harness one(source_descriptor(), source_options({{"key", toml("x/y")}}), "shop");
  ASSERT_TRUE(both.step(10));
  ASSERT_TRUE(one.step(10));
  const auto named = [&](const std::string& key, const std::string& number) {
    return server_.run({"XINFO", "CONSUMERS", key, "g"}).find(":" + number + "-") !=
           std::string::npos;
  };
  EXPECT_TRUE(eventually([&] {
    both.step(10);
    one.step(10);
    return named("x", "0") && named("x/y", "0") && named("x/y", "1");
  }));
}

TEST_F(several_keys, what_is_pending_in_each_is_handled) {
  const config::array handlers = {toml(config::table{{"action", toml("delete")}})};
  for (const char* key : {"x", "x/y"}) {
    server_.run({"XGROUP", "CREATE", key, "g", "0", "MKSTREAM"});
    server_.fill(key, 20);
    server_.run({"XREADGROUP", "GROUP", "g", "dead", "STREAMS", key, ">"});
  }
  source_harness source(source_descriptor(),
                        options({{"pending_handlers", toml(handlers)}, {"lease", toml("200ms")}}));
  ASSERT_TRUE(eventually([&] {
    source.step(10);
    return server_.number({"XLEN", "x"}) == 0 && server_.number({"XLEN", "x/y"}) == 0;
  }));
  EXPECT_TRUE(source.messages.empty());
}

TEST_F(several_keys, a_letter_goes_back_to_its_own) {
  const requeue_outcome made = requeue(source_descriptor(), options(),
                                       {{"a", {}, {}, "x/7-1"},
                                        {"b", {}, {}, "x/y/7-1"},
                                        {"c", {}, {}, "x/y/8-1"},
                                        {"d", {}, {}, "7-1"}});
  EXPECT_EQ(made.reason, "");
  EXPECT_EQ(server_.number({"XLEN", "x/y"}), 2);
  EXPECT_EQ(server_.number({"XLEN", "x"}), 2) << "its own, and the one that names none";

  const requeue_outcome strange =
      requeue(source_descriptor(), options(), {{"e", {}, {}, "z/7-1"}, {"f", {}, {}, "x/9-1"}});
  EXPECT_EQ(server_.number({"XLEN", "x"}), 3) << "the one that names a stream of another source";
  EXPECT_THAT(strange.results, testing::ElementsAre(TEMPEST_REQUEUE_REJECTED, TEMPEST_REQUEUED));
}

TEST_F(redis_plugin, consumers_of_killed_processes_are_looked_for_by_the_topology_s_name) {
  server_.run({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  const auto looked = [&] {
    return server_.run({"SLOWLOG", "GET", "1000"}).find("s, g, shop@, 3600000") !=
           std::string::npos;
  };
  source_harness named(source_descriptor(), source_options({{"consumer", toml("shop@me")}}),
                       "shop");
  ASSERT_TRUE(eventually([&] { return named.step() && named.depth() == 0; }));
  EXPECT_FALSE(looked()) << "who names consumers takes care of them";
  source_harness one(source_descriptor(), source_options(), "shop");
  ASSERT_TRUE(one.connect()) << one.error;
  EXPECT_TRUE(eventually([&] { return one.step() && looked(); }));
}

TEST_F(redis_plugin, a_consumer_can_be_named) {
  server_.fill("s", 1);
  source_harness source(source_descriptor(), source_options({{"consumer", toml("me")}}));
  ASSERT_TRUE(eventually([&] { return source.step() && source.messages.size() == 1; }));
  EXPECT_THAT(server_.run({"XINFO", "CONSUMERS", "s", "g"}), HasSubstr("name, me"));
  EXPECT_TRUE(std::filesystem::is_empty(state_));
}

TEST_F(redis_plugin, source_says_what_it_promises) {
  source_harness batch(source_descriptor(), source_options());
  EXPECT_EQ(batch.traits().guarantee, TEMPEST_AT_LEAST_ONCE);
  EXPECT_EQ(batch.traits().counts_deliveries, 1U);
  EXPECT_EQ(batch.traits().lease_ms, 60000);
  const auto policy = toml(config::table{{"type", toml("none")}});
  source_harness none(source_descriptor(), source_options({{"ack_policy", policy}}));
  EXPECT_EQ(none.traits().guarantee, TEMPEST_AT_MOST_ONCE);
  EXPECT_EQ(none.traits().lease_ms, 0);
  server_.fill("s", 10);
  ASSERT_TRUE(none.drain(10));
  EXPECT_EQ(none.broken, "");
}

TEST_F(redis_plugin, a_restart_in_the_middle_loses_nothing) {
  server_.fill("s", 20000);
  source_harness source(source_descriptor(), source_options({{"read_msg_count", toml(500)}}));
  bool restarted = false;
  std::set<std::string> seen;
  ASSERT_TRUE(eventually(
      [&] {
        source.step(1000);
        source.settle_open(TEMPEST_ACK);
        if (!restarted && source.messages.size() > 5000) {
          server_.kill();
          source.step(1000);
          server_.start();
          restarted = true;
        }
        return source.messages.size() >= 20000 && source.open.empty();
      },
      60000));
  for (const pushed_message& one : source.messages) seen.insert(one.payload);
  EXPECT_EQ(seen.size(), 20000U);
  EXPECT_EQ(source.broken, "");
  source.close();
  EXPECT_EQ(server_.run({"XINFO", "CONSUMERS", "s", "g"}), "[]");
}

TEST_F(redis_plugin, source_is_unhealthy_with_a_reason_while_the_server_is_away) {
  source_harness source(source_descriptor(), source_options());
  EXPECT_FALSE(source.healthy());
  ASSERT_TRUE(source.connect());
  EXPECT_TRUE(source.healthy());
  server_.kill();
  ASSERT_TRUE(eventually([&] { return source.poll() == TEMPEST_POLL_UNAVAILABLE; }));
  EXPECT_FALSE(source.healthy());
  EXPECT_THAT(source.error, HasSubstr(std::to_string(server_.port())));
  EXPECT_FALSE(source.connect());
  server_.start();
  EXPECT_TRUE(source.connect());
}

TEST_F(redis_plugin, nothing_more_comes_once_all_was_read) {
  server_.fill("s", 3);
  source_harness source(source_descriptor(), source_options());
  ASSERT_TRUE(eventually([&] { return source.step() && source.messages.size() == 3; }));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(source.poll(10, 20), TEMPEST_POLL_OK);
}

TEST_F(redis_plugin, interrupt_ends_a_blocked_poll) {
  source_harness source(source_descriptor(), source_options());
  ASSERT_TRUE(source.connect());
  std::thread later([&] { source.interrupt(); });
  EXPECT_EQ(source.poll(10, 3'600'000), TEMPEST_POLL_OK); // else the test runs into its limit
  later.join();
}

TEST_F(redis_plugin, settlements_are_answered_at_close_even_without_the_server) {
  server_.fill("s", 10);
  source_harness source(source_descriptor(), source_options());
  ASSERT_TRUE(eventually([&] { return source.step() && source.messages.size() == 10; }));
  server_.kill();
  source.settle_open(TEMPEST_ACK);
  source.close(200);
  EXPECT_EQ(source.answers[TEMPEST_SETTLED_RETRY], 10U);
  EXPECT_EQ(source.broken, "");
}

TEST_F(redis_plugin, source_options_are_checked_without_repeating_secrets) {
  const auto refusal = [&](given_options more) {
    try {
      source_harness source(source_descriptor(), source_options(std::move(more)));
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal({{"uri", toml("redis://bob:hunter2@x:99999")}}),
              AllOf(HasSubstr("port"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(refusal({{"group_starting_id", toml("first")}}),
              AllOf(HasSubstr("group_starting_id"), HasSubstr("\"$$\"")))
      << "as it has to be written in Topology.toml";
  EXPECT_THAT(refusal({{"key", toml("")}}), HasSubstr("key"));
  EXPECT_THAT(refusal({{"read_msg_count", toml(0)}}), HasSubstr("read_msg_count"));
  EXPECT_THAT(refusal({{"ack_policy", toml(config::table{{"type", toml("sometimes")}})}}),
              HasSubstr("sometimes"));
  EXPECT_THAT(refusal({{"state_folder", toml("/proc/nowhere")}}), HasSubstr("state_folder"));
}

} // namespace
} // namespace tempest::test
