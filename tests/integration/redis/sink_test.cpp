// The sink `redis_stream` through the plugin's own table of functions.
#include "tests/integration/redis/plugin_fixture.hpp"

namespace tempest::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

using namespace std::string_literals;

constexpr auto broke_off = static_cast<tempest_write_result>(0);

TEST_F(redis_plugin, sink_writes_what_the_source_reads_back) {
  sink_harness sink(sink_descriptor(), sink_options({{"key", toml("s")}}));
  ASSERT_TRUE(sink.connect()) << sink.error;
  const auto results = sink.write({{"p\0\r\n"s, "k"s, {{"h", "1"}, {"h", "\xFF"s}}}, {"", {}, {}}});
  EXPECT_THAT(results, Each(TEMPEST_WRITTEN));
  EXPECT_TRUE(sink.flush());
  source_harness source(source_descriptor(), source_options({{"key_field", toml("key")}}));
  ASSERT_TRUE(source.drain(2));
  EXPECT_EQ(source.messages[0].payload, "p\0\r\n"s);
  EXPECT_EQ(source.messages[0].key, "k");
  EXPECT_THAT(source.messages[0].headers, ElementsAre(Pair("h", "1"), Pair("h", "\xFF"s)));
  EXPECT_EQ(source.messages[1].payload, "");
  EXPECT_EQ(source.messages[1].key, std::nullopt);
}

TEST_F(redis_plugin, sink_writes_large_batches) {
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  std::vector<written_message> batch(20000, {std::string(500, 'x'), {}, {}});
  EXPECT_THAT(sink.write(batch), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(server_.number({"XLEN", "out"}), 20000);
}

TEST_F(redis_plugin, sink_trims) {
  sink_harness sink(sink_descriptor(), sink_options({{"max_length", toml(100)}}));
  ASSERT_TRUE(sink.connect());
  sink.write(std::vector<written_message>(5000, {"x", {}, {}}));
  EXPECT_LT(server_.number({"XLEN", "out"}), 1000);
}

TEST_F(redis_plugin, sink_makes_fields_of_json_objects_and_rejects_the_rest) {
  sink_harness sink(sink_descriptor(), sink_options({{"payload", toml("json")}}));
  ASSERT_TRUE(sink.connect());
  const auto results =
      sink.write({{R"({"a":"text","b":7,"c":["x",{"$base64":"/w=="}],"d":{"e":[1]}})", {}, {}},
                  {"[1]", {}, {}},
                  {"nonsense", {}, {}},
                  {"{}", {}, {}},
                  {R"({"deep":)" + std::string(100000, '['), {}, {}},
                  {R"({"last":true})", {}, {}}});
  EXPECT_THAT(results,
              ElementsAre(TEMPEST_WRITTEN, TEMPEST_WRITE_REJECTED, TEMPEST_WRITE_REJECTED,
                          TEMPEST_WRITE_REJECTED, TEMPEST_WRITE_REJECTED, TEMPEST_WRITTEN));
  EXPECT_THAT(sink.reasons[1], HasSubstr("no object"));
  EXPECT_THAT(sink.reasons[2], HasSubstr("no JSON"));
  EXPECT_THAT(sink.reasons[3], HasSubstr("without members"));
  EXPECT_THAT(sink.reasons[4], HasSubstr("deep"));
  const std::string entries = server_.run({"XRANGE", "out", "-", "+"});
  EXPECT_THAT(entries, HasSubstr("[a, text, b, 7, c, x, c, \xFF, d, {\"e\":[1]}]"));
  EXPECT_THAT(entries, HasSubstr("[last, true]"));
}

TEST_F(redis_plugin, sink_fails_what_a_broken_connection_left_open_and_comes_back) {
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  EXPECT_TRUE(sink.healthy());
  server_.kill();
  EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(broke_off));
  EXPECT_THAT(sink.reasons[1], HasSubstr("Redis at 127.0.0.1"));
  EXPECT_FALSE(sink.healthy());
  EXPECT_FALSE(sink.connect());
  server_.start();
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  sink.close();
}

TEST_F(redis_plugin, sink_notices_a_server_that_is_gone_before_it_is_written_to) {
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  EXPECT_TRUE(sink.healthy());
  server_.kill();
  EXPECT_TRUE(eventually([&] { return !sink.healthy(); }));
  server_.start();
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_TRUE(sink.healthy());
}

TEST_F(redis_plugin, sink_names_a_key_of_another_type) {
  server_.run({"SET", "out", "text"});
  sink_harness sink(sink_descriptor(), sink_options());
  EXPECT_FALSE(sink.connect());
  EXPECT_THAT(sink.error, HasSubstr("'out' holds a string"));
}

TEST_F(redis_plugin, sink_is_unhealthy_while_the_server_takes_nothing) {
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
  EXPECT_FALSE(sink.healthy());
  EXPECT_THAT(sink.error, HasSubstr("its memory is full (OOM"));
  ASSERT_TRUE(sink.connect()) << "it can be reached";
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
  server_.run({"CONFIG", "SET", "maxmemory", "0"});
  server_.run({"REPLICAOF", "127.0.0.1", "1"});
  ASSERT_TRUE(sink.connect());
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
  EXPECT_FALSE(sink.healthy());
  EXPECT_THAT(sink.error, HasSubstr("(READONLY"));
  server_.run({"REPLICAOF", "NO", "ONE"});
  ASSERT_TRUE(sink.connect());
  EXPECT_TRUE(sink.healthy());
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
}

TEST_F(redis_plugin, sink_needs_no_right_but_to_add) {
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~*", "-@all", "+xadd"});
  const std::string uri = "redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port());
  sink_harness sink(sink_descriptor(), sink_options({{"uri", toml(uri)}}));
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
}

TEST_F(redis_plugin, sink_is_unhealthy_while_its_key_holds_something_else) {
  for (const tempest_descriptor* descriptor : {&sink_descriptor(), &list_sink_descriptor()}) {
    server_.run({"DEL", "out"});
    sink_harness sink(*descriptor, sink_options());
    ASSERT_TRUE(sink.connect());
    server_.run({"SET", "out", "text"}); // after connecting
    EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
    EXPECT_THAT(sink.reasons[0], HasSubstr("something of another type"));
    EXPECT_FALSE(sink.healthy()) << "no message is to blame";
    EXPECT_THAT(sink.error, HasSubstr("something of another type (WRONGTYPE"));
    EXPECT_FALSE(sink.connect());
    EXPECT_THAT(sink.error, HasSubstr("'out' holds a string"));
    server_.run({"DEL", "out"});
    ASSERT_TRUE(sink.connect()) << sink.error;
    EXPECT_TRUE(sink.healthy());
    EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  }
}

// The server hangs up on it, in the middle of what is sent.
TEST_F(redis_plugin, sink_rejects_what_is_larger_than_the_server_takes_and_nothing_else) {
  server_.run({"CONFIG", "SET", "proto-max-bulk-len", "1mb"});
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  const std::string large(6'000'000, 'x');
  std::vector<written_message> batch(100, {std::string(5000, 'y'), {}, {}});
  batch[40].payload = large;
  const auto results = sink.write(batch);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(results[i], TEMPEST_WRITTEN) << i;
  EXPECT_EQ(results[40], TEMPEST_WRITE_REJECTED);
  EXPECT_THAT(sink.reasons[40], HasSubstr("larger than the server takes"));
  EXPECT_THAT(sink.reasons[40], HasSubstr("proto-max-bulk-len"));
  for (std::size_t i = 41; i < 100; ++i) EXPECT_EQ(results[i], broke_off) << i;
  EXPECT_EQ(server_.number({"XLEN", "out"}), 40);
  EXPECT_FALSE(sink.healthy());
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  EXPECT_THAT(sink.write({{large, {}, {}}}), Each(TEMPEST_WRITE_REJECTED));
  EXPECT_FALSE(sink.healthy());
}

// Over this limit it says nothing before.
TEST_F(redis_plugin, sink_rejects_what_the_server_hangs_up_on_once_it_is_alone) {
  server_.run({"CONFIG", "SET", "client-query-buffer-limit", "1mb"});
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  const std::string large(6'000'000, 'x');
  std::vector<written_message> batch(3, {"small", {}, {}});
  batch[1].payload = large;
  EXPECT_THAT(sink.write(batch), ElementsAre(TEMPEST_WRITTEN, broke_off, broke_off));
  EXPECT_FALSE(sink.healthy()) << "it may be any of them, or the server";
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{large, {}, {}}}), Each(TEMPEST_WRITE_REJECTED));
  EXPECT_THAT(sink.reasons[0], HasSubstr("it has 6000000 bytes, and the server's setting "
                                         "client-query-buffer-limit is 1048576"));
  EXPECT_TRUE(sink.healthy()) << sink.error;
  EXPECT_THAT(sink.write({{"small", {}, {}}}), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(server_.number({"XLEN", "out"}), 2);
}

TEST_F(redis_plugin, sink_does_not_blame_a_message_on_a_guess) {
  server_.run({"CONFIG", "SET", "client-query-buffer-limit", "1mb"});
  server_.run({"ACL", "SETUSER", "bob", "on", ">secret7", "~*", "-@all", "+xadd"});
  const std::string uri = "redis://bob:secret7@127.0.0.1:" + std::to_string(server_.port());
  sink_harness sink(sink_descriptor(), sink_options({{"uri", toml(uri)}}));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(sink.connect()) << sink.error;
    EXPECT_THAT(sink.write({{std::string(6'000'000, 'x'), {}, {}}}), Each(broke_off));
    EXPECT_THAT(sink.reasons[0], HasSubstr("on 6000000 bytes: perhaps its setting "
                                           "client-query-buffer-limit"));
    EXPECT_FALSE(sink.healthy());
  }
}

// It is never a message that fits, however often it is hit.
TEST_F(redis_plugin, sink_blames_no_message_for_connections_that_are_cut) {
  for (const tempest_descriptor* descriptor : {&sink_descriptor(), &list_sink_descriptor()}) {
    server_.run({"DEL", "out"});
    sink_harness sink(*descriptor, sink_options());
    for (const std::size_t bytes : {1UL, 2'000'000UL}) {
      const std::vector<written_message> one{{std::string(bytes, 'x'), {}, {}}};
      for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(sink.connect()) << sink.error;
        server_.run({"CLIENT", "KILL", "TYPE", "normal"});
        EXPECT_THAT(sink.write(one), Each(broke_off));
        EXPECT_FALSE(sink.healthy());
      }
      ASSERT_TRUE(sink.connect()) << sink.error;
      EXPECT_THAT(sink.write(one), Each(TEMPEST_WRITTEN));
    }
  }
}

// In the shape that they have: no argument is beyond the limit, though all of them together are.
TEST_F(redis_plugin, sink_writes_many_parts_that_fit_one_by_one) {
  server_.run({"CONFIG", "SET", "client-query-buffer-limit", "1mb"});
  sink_harness sink(sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  const std::string part(1'000'000, 'x');
  EXPECT_THAT(sink.write({{part, {}, {{"a", part}, {"b", part}}}}), Each(TEMPEST_WRITTEN));
}

} // namespace
} // namespace tempest::test
