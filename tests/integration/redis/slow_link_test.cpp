// A large message over a narrow link takes longer than `timeout`: it comes through all the same.
#include "tests/integration/redis/plugin_fixture.hpp"
#include "tests/support/slow_relay.hpp"

namespace tempest::test {
namespace {

using testing::Each;

std::string uri_of(const slow_relay& link) {
  return "redis://127.0.0.1:" + std::to_string(link.port());
}

TEST_F(redis_plugin, source_waits_for_an_answer_as_long_as_it_goes_on_coming) {
  const std::string large(6 << 20, 'x');
  sink_harness filling(sink_descriptor(), sink_options({{"key", toml("s")}}));
  ASSERT_TRUE(filling.connect());
  ASSERT_THAT(filling.write({{large, {}, {}}}), Each(TEMPEST_WRITTEN));

  const slow_relay link(server_.port(), 64 << 10); // 4.8 s for the entry
  source_harness source(source_descriptor(), source_options({{"uri", toml(uri_of(link))},
                                                             {"timeout", toml(2000)},
                                                             {"block_read", toml(100)}}));
  ASSERT_TRUE(source.connect()) << source.error;
  int parts = 0;
  ASSERT_TRUE(eventually([&] {
    const auto status = source.poll(10, 100);
    EXPECT_NE(status, TEMPEST_POLL_UNAVAILABLE) << source.error;
    if (status == TEMPEST_POLL_MORE) ++parts;
    return status == TEMPEST_POLL_UNAVAILABLE || !source.messages.empty();
  }));
  ASSERT_EQ(source.messages.size(), 1U);
  EXPECT_EQ(source.messages[0].payload, large);
  EXPECT_GT(parts, 0);
  EXPECT_EQ(source.poll(10, 0), TEMPEST_POLL_OK);
}

// The poll comes back long before its deadline, and before the message is whole.
TEST_F(redis_plugin, source_tells_at_once_that_a_message_is_on_its_way) {
  const slow_relay link(server_.port(), 64 << 10); // 2.4 s for either
  const std::string large(3 << 20, 'x');
  server_.run({"XADD", "s", "*", "payload", large});
  server_.run({"RPUSH", "l", large});
  source_harness stream(source_descriptor(), source_options({{"uri", toml(uri_of(link))}}));
  source_harness list(list_source_descriptor(), list_options({{"uri", toml(uri_of(link))}}));
  for (source_harness* const one : {&stream, &list}) {
    ASSERT_TRUE(one->connect()) << one->error;
    EXPECT_EQ(one->poll(10, 60'000), TEMPEST_POLL_MORE);
    EXPECT_TRUE(one->messages.empty());
    EXPECT_TRUE(eventually([&] { return one->step() && one->messages.size() == 1; }));
  }
}

// To move a large element may take the server seconds, of which nothing is heard.
TEST_F(redis_plugin, source_of_a_list_says_that_an_answer_is_owed) {
  source_harness list(list_source_descriptor(), list_options());
  ASSERT_TRUE(list.connect()) << list.error;
  server_.run({"RPUSH", "l", "small"});
  server_.pause();
  EXPECT_EQ(list.poll(10, 200), TEMPEST_POLL_MORE);
  server_.resume();
  EXPECT_TRUE(eventually([&] { return list.step() && list.messages.size() == 1; }));
  EXPECT_TRUE(eventually([&] { return list.poll(10, 0) == TEMPEST_POLL_OK; }));
}

// It is this consumer's and not known yet, nor can its lease be renewed.
TEST_F(redis_plugin, source_does_not_claim_what_is_on_its_way_to_it) {
  sink_harness filling(sink_descriptor(), sink_options({{"key", toml("s")}}));
  ASSERT_TRUE(filling.connect());
  ASSERT_THAT(filling.write({{std::string(3 << 20, 'x'), {}, {}}}), Each(TEMPEST_WRITTEN));

  const slow_relay link(server_.port(), 64 << 10); // 2.4 s for the entry
  source_harness source(
      source_descriptor(),
      source_options({{"uri", toml(uri_of(link))}, {"timeout", toml(2000)}, {"lease", toml(800)}}));
  ASSERT_TRUE(source.connect()) << source.error;
  ASSERT_TRUE(eventually([&] {
    EXPECT_NE(source.poll(10, 100), TEMPEST_POLL_UNAVAILABLE) << source.error;
    return !source.messages.empty();
  }));
  const long end = now_ms() + 1500; // nor later
  while (now_ms() < end) ASSERT_NE(source.poll(10, 100), TEMPEST_POLL_UNAVAILABLE) << source.error;
  EXPECT_EQ(source.messages.size(), 1U);
  EXPECT_TRUE(source.withdrawn.empty());
  EXPECT_EQ(source.host.logged.find("claimed"), std::string::npos) << source.host.logged;
}

TEST_F(redis_plugin, sink_waits_for_an_answer_as_long_as_the_link_takes_bytes) {
  const slow_relay link(server_.port(), 128 << 10); // more than 12 s for the entry
  sink_harness sink(sink_descriptor(),
                    sink_options({{"uri", toml(uri_of(link))}, {"timeout", toml(5000)}}));
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{std::string(32 << 20, 'x'), {}, {}}}), Each(TEMPEST_WRITTEN))
      << sink.error;
  EXPECT_EQ(server_.number({"XLEN", "out"}), 1);
}

} // namespace
} // namespace tempest::test
