// One source's consumers of several streams against a real server.
#include <gmock/gmock.h>

#include "tests/integration/redis/consumer_fixture.hpp"

namespace redis::stream {
namespace {

using testing::HasSubstr;

class several_streams : public redis_consumer {
 protected:
  std::vector<consumer_settings> of(const std::vector<std::string>& keys,
                                    const std::string& name = "a") {
    std::vector<consumer_settings> made;
    for (const std::string& key : keys) {
      made.push_back(settings(name));
      made.back().key = key;
    }
    return made;
  }
  std::string pending_of(const std::string& key) {
    return server_.run({"XPENDING", key, "g"}).substr(0, 2);
  }
  // How many of what was handed over have a value that begins so.
  static std::size_t seen(const subject& by, const std::string& prefix) {
    return static_cast<std::size_t>(std::ranges::count_if(
        by.heard.all, [&](const got& one) { return one.value.starts_with(prefix); }));
  }
};

TEST_F(several_streams, are_read_and_acknowledged_each_in_its_own_group) {
  for (const std::string key : {"x", "y", "z"}) server_.fill(key, 700, "payload", key);
  subject one(of({"x", "y", "z"}));
  ASSERT_TRUE(one.drain(2100));
  EXPECT_EQ(one.heard.all.size(), 2100U);
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 2100U);
  for (const std::string key : {"x", "y", "z"}) {
    EXPECT_EQ(seen(one, key), 700U);
    EXPECT_EQ(pending_of(key), "[0");
  }
  EXPECT_EQ(one.it.in_hand(), 0U);
  one.close();
  for (const std::string key : {"x", "y", "z"}) {
    EXPECT_EQ(server_.run({"XINFO", "CONSUMERS", key, "g"}), "[]");
  }
}

TEST_F(several_streams, a_busy_one_starves_no_other) {
  server_.fill("busy", 50000, "payload", "b");
  server_.fill("quiet", 20, "payload", "q");
  subject one(of({"busy", "quiet"}));
  ASSERT_TRUE(eventually([&] {
    one.step(100);
    one.settle_open(outcome::ack);
    return seen(one, "q") == 20;
  }));
  EXPECT_LT(seen(one, "b"), 50000U) << "the quiet one had to wait for the end of the other";
}

// Each is acknowledged before there is room for the next: then the first stream has more again.
TEST_F(several_streams, take_turns_where_there_is_room_for_one) {
  for (const std::string key : {"x", "y", "z"}) server_.fill(key, 200, "payload", key);
  subject one(of({"x", "y", "nothing", "z"}));
  ASSERT_TRUE(eventually([&] {
    one.step(1);
    one.settle_open(outcome::ack);
    one.step(0);
    return one.heard.all.size() >= 300;
  }));
  for (const std::string key : {"x", "y", "z"}) EXPECT_GE(seen(one, key), 80U) << key;
}

TEST_F(several_streams, take_turns_where_entries_are_larger_than_was_thought) {
  server_.fill("x", 300, "payload", "x");
  server_.fill("y", 300, "payload", "y");
  subject one(of({"x", "y"}));
  ASSERT_TRUE(one.drain(600));
  const std::string large(20000, 'l');
  server_.fill("x", 300, "payload", "x" + large);
  server_.fill("y", 300, "payload", "y" + large);
  // The pages that are under way bring far more than there is room for.
  ASSERT_TRUE(eventually([&] {
    one.step(400, 20, 40000);
    one.settle_open(outcome::ack);
    return one.heard.all.size() >= 900;
  }));
  for (const std::string key : {"x", "y"}) EXPECT_GE(seen(one, key + "l"), 60U) << key;
}

TEST_F(several_streams, share_the_room_that_there_is) {
  for (const std::string key : {"w", "x", "y", "z"}) server_.fill(key, 500);
  subject one(of({"w", "x", "y", "z"}));
  std::size_t most = 0;
  ASSERT_TRUE(eventually([&] {
    one.step(10);
    most = std::max(most, one.it.in_hand() - one.heard.open.size());
    return one.heard.all.size() >= 1000;
  }));
  EXPECT_LE(most, 12U) << "read, with three for each, and not handed over";
  EXPECT_LE(one.heard.largest_batch, 10U);
}

TEST_F(several_streams, what_one_loses_is_withdrawn_of_it_alone) {
  server_.fill("x", 100, "payload", "x");
  server_.fill("y", 100, "payload", "y");
  subject one(of({"x", "y"}));
  ASSERT_TRUE(one.read(200));
  server_.run({"DEL", "x"});
  server_.fill("x", 30, "payload", "new");
  ASSERT_TRUE(eventually([&] {
    one.step();
    return seen(one, "new") == 30;
  }));
  EXPECT_EQ(one.heard.gone.size(), 100U);
  EXPECT_EQ(seen(one, "y"), 100U) << "handed out again while still open";
  EXPECT_THAT(one.heard.logged, HasSubstr("of the stream 'x' was gone"));
  ASSERT_TRUE(one.drain(230));
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 130U);
}

TEST_F(several_streams, the_one_that_cannot_be_read_is_named) {
  subject one(of({"x", "y"}));
  ASSERT_TRUE(one.step());
  server_.run({"DEL", "y"});
  server_.run({"SET", "y", "no stream"});
  ASSERT_TRUE(
      eventually([&] { return !one.step() && one.why.find("WRONGTYPE") != std::string::npos; }));
  EXPECT_THAT(one.why, HasSubstr("it concerns the key 'y' and the group 'g'"));
  server_.run({"DEL", "y"});
  server_.fill("y", 10, "payload", "y");
  EXPECT_TRUE(one.drain(10));
}

TEST_F(several_streams, open_tokens_outlive_a_cut_connection) {
  server_.fill("x", 300, "payload", "x");
  server_.fill("y", 300, "payload", "y");
  subject one(of({"x", "y"}));
  ASSERT_TRUE(one.read(600));
  server_.run({"CLIENT", "KILL", "TYPE", "normal"});
  ASSERT_TRUE(eventually([&] { return !one.step(); }));
  ASSERT_TRUE(one.drain(600));
  EXPECT_TRUE(one.heard.gone.empty());
  EXPECT_EQ(one.heard.all.size(), 600U);
  EXPECT_EQ(one.heard.confirmed[confirmation::ok], 600U);
}

TEST_F(several_streams, what_a_dead_one_held_in_each_is_taken_over) {
  server_.fill("x", 150, "payload", "x");
  server_.fill("y", 150, "payload", "y");
  std::vector<consumer_settings> own = of({"x", "y"});
  for (consumer_settings& each : own) each.lease = milliseconds(300);
  subject stuck(own);
  ASSERT_TRUE(stuck.read(300));
  for (consumer_settings& each : own) each.name = "b";
  subject other(own);
  ASSERT_TRUE(other.drain(300)); // `stuck` does nothing meanwhile
  ASSERT_TRUE(eventually([&] {
    stuck.step(0);
    return stuck.heard.gone.size() == 300;
  }));
  for (const std::string key : {"x", "y"}) EXPECT_EQ(pending_of(key), "[0");
}

TEST_F(several_streams, wait_for_all_of_them_at_once) {
  subject one(of({"x", "y", "z"}));
  ASSERT_TRUE(one.step(10, 1));
  server_.fill("z", 1);
  // One poll; the limit is far away.
  one.it.poll({10, 1 << 20, steady::now() + std::chrono::seconds(60)});
  EXPECT_TRUE(eventually([&] { return one.heard.all.size() == 1 || !one.step(); }));
  EXPECT_EQ(one.heard.all.size(), 1U);
}

} // namespace
} // namespace redis::stream
