// Source `mock` through its descriptor.
#include <gmock/gmock.h>

#include <thread>

#include "tests/support/plugin_harness.hpp"
#include "tests/support/redis_server.hpp"

namespace tempest::test {
namespace {

class mock_test : public testing::Test {
 protected:
  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_MOCK_LIBRARY, TEMPEST_KIND_SOURCE, "mock");
};

TEST_F(mock_test, it_makes_as_many_as_asked_for_and_ends) {
  source_harness source(descriptor_, {{"count", toml(3)}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(source.poll(2), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 2u);
  EXPECT_EQ(source.poll(2), TEMPEST_POLL_END);
  ASSERT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.messages[2].id, "3");
  EXPECT_EQ(source.messages[2].payload, "message 3");
  EXPECT_EQ(source.messages[2].deliveries, 1u);
  EXPECT_EQ(source.traits().guarantee, TEMPEST_AT_LEAST_ONCE);
  source.settle_open(TEMPEST_ACK);
  EXPECT_EQ(source.answers[TEMPEST_SETTLED_OK], 3u);
  EXPECT_EQ(source.poll(), TEMPEST_POLL_END);
  EXPECT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.broken, "");
}

TEST_F(mock_test, payloads_follow_the_pattern_and_the_size) {
  source_harness source(descriptor_,
                        {{"count", toml(1)}, {"payload", toml("<{n}>")}, {"size", toml(6)}});
  ASSERT_TRUE(source.connect());
  source.poll();
  EXPECT_EQ(source.messages.at(0).payload, "<1>...");
}

TEST_F(mock_test, a_poll_keeps_to_its_bytes) {
  source_harness source(descriptor_, {{"payload", toml("0123456789")}});
  ASSERT_TRUE(source.connect());
  source.poll(100, 0, 25);
  EXPECT_EQ(source.messages.size(), 2u);
  source.poll(100, 0, 1);
  EXPECT_EQ(source.messages.size(), 3u); // always one
  source.poll(0, 0);
  EXPECT_EQ(source.messages.size(), 3u);
}

TEST_F(mock_test, what_failed_comes_again_until_its_redeliveries_are_used_up) {
  source_harness source(descriptor_,
                        {{"count", toml(1)}, {"redeliver", toml(2)}, {"redeliver_delay", toml(1)}});
  ASSERT_TRUE(source.connect());
  for (std::uint32_t delivery = 1; delivery <= 3; ++delivery) {
    ASSERT_TRUE(eventually([&] {
      source.poll();
      return source.messages.size() == delivery;
    }));
    EXPECT_EQ(source.messages.back().deliveries, delivery);
    EXPECT_EQ(source.messages.back().id, "1");
    source.settle_open(TEMPEST_FAIL);
  }
  EXPECT_EQ(source.poll(), TEMPEST_POLL_END);
  EXPECT_EQ(source.messages.size(), 3u);
  EXPECT_EQ(source.broken, "");
}

TEST_F(mock_test, it_waits_for_what_is_to_come_again_before_it_ends) {
  source_harness source(descriptor_, {{"count", toml(1)}, {"redeliver_delay", toml("1h")}});
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(source.poll(), TEMPEST_POLL_END);
  source.settle_open(TEMPEST_FAIL);
  EXPECT_EQ(source.poll(10, 0), TEMPEST_POLL_OK);
  EXPECT_EQ(source.messages.size(), 1u);
}

TEST_F(mock_test, what_was_given_back_comes_at_once_and_as_often_as_it_takes) {
  source_harness source(descriptor_, {{"count", toml(1)}, {"redeliver", toml(0)}});
  ASSERT_TRUE(source.connect());
  for (std::size_t i = 1; i <= 4; ++i) {
    source.poll();
    ASSERT_EQ(source.messages.size(), i);
    source.settle_open(TEMPEST_RETURN);
  }
}

TEST_F(mock_test, the_rate_holds_messages_back) {
  source_harness source(descriptor_, {{"rate", toml(1)}});
  ASSERT_TRUE(source.connect());
  source.poll(100, 0);
  EXPECT_EQ(source.messages.size(), 1u); // the first at once, the next in a second
}

// One message in 30,000 years: more nanoseconds than fit 64 bits.
TEST_F(mock_test, the_slowest_rate_waits_like_any_other) {
  source_harness source(descriptor_, {{"rate", toml(1e-12)}});
  ASSERT_TRUE(source.connect());
  source.poll(100, 0);
  const long until_ms = now_ms() + 20;
  source.poll(100, 20);
  EXPECT_GE(now_ms(), until_ms); // what does not wait is polled in a hot loop
  EXPECT_EQ(source.messages.size(), 1u);
}

TEST_F(mock_test, a_wait_can_be_interrupted) {
  source_harness source(descriptor_, {});
  ASSERT_TRUE(source.connect());
  std::thread other([&] { source.interrupt(); });
  EXPECT_EQ(source.poll(0, 60'000), TEMPEST_POLL_OK); // hangs for a minute when it is not
  other.join();
}

} // namespace
} // namespace tempest::test
