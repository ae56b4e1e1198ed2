// What the tools for dead letters ask of the plugin: browse, erase and requeue, against real
// servers.
#include "tests/integration/redis/plugin_fixture.hpp"

namespace tempest::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using namespace std::string_literals;

TEST_F(redis_plugin, sink_shows_in_pages_what_it_has_written) {
  sink_harness sink(sink_descriptor(), sink_options());
  EXPECT_THAT(sink.browse(), IsEmpty());
  EXPECT_EQ(server_.number({"EXISTS", "out"}), 0) << "looking makes nothing";
  server_.fill("out", 2500, "payload", "p");
  for (const std::size_t page : {7U, 1000U, 100000U}) {
    const auto found = sink.browse(page);
    ASSERT_EQ(found.size(), 2500u);
    EXPECT_EQ(found[0].payload, "p0");
    EXPECT_EQ(found[2499].payload, "p2499");
  }
}

TEST_F(redis_plugin, sink_bounds_a_page_by_its_bytes) {
  for (int i = 0; i < 60; ++i) {
    server_.run({"XADD", "out", "*", "payload", std::string(1 << 20, 'x')});
  }
  sink_harness sink(sink_descriptor(), sink_options());
  std::string cursor;
  bool more = true;
  std::size_t all = 0;
  while (more) {
    std::vector<stored_message> page;
    more = sink.browse_page(cursor, 1000, std::size_t{4} << 20, page);
    EXPECT_LE(page.size(), 8u); // the first is asked for without knowing
    all += page.size();
  }
  EXPECT_EQ(all, 60u);
}

TEST_F(redis_plugin, sink_does_not_show_what_came_after_the_beginning) {
  server_.fill("out", 10);
  sink_harness sink(sink_descriptor(), sink_options());
  std::string cursor;
  std::vector<stored_message> found;
  ASSERT_TRUE(sink.browse_page(cursor, 5, 1 << 20, found));
  server_.fill("out", 10);
  while (sink.browse_page(cursor, 5, 1 << 20, found)) continue;
  EXPECT_EQ(found.size(), 10u);
}

TEST_F(redis_plugin, sink_names_a_foreign_entry_and_erases_what_it_is_told_to) {
  server_.run({"XADD", "out", "1-1", "other", "x"});
  server_.run({"XADD", "out", "2-1", "payload", "mine", "h", "v"});
  server_.run({"XADD", "out", "3-1", "payload", ""});
  sink_harness sink(sink_descriptor(), sink_options());
  const auto found = sink.browse();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].id, "1-1");
  EXPECT_THAT(found[0].problem.value_or(""), HasSubstr("no field 'payload'"));
  EXPECT_EQ(found[1].payload, "mine");
  EXPECT_EQ(found[2].problem, std::nullopt);
  EXPECT_EQ(sink.erase({"1-1", "3-1", "9-9"}), 2u);
  EXPECT_EQ(server_.number({"XLEN", "out"}), 1);
}

TEST_F(redis_plugin, sink_reads_back_objects_that_it_made_fields_of) {
  sink_harness sink(sink_descriptor(), sink_options({{"payload", toml("json")}}));
  ASSERT_TRUE(sink.connect());
  sink.write({{R"({"id":"1-0","version":1,"headers":[]})", {}, {}}});
  const auto found = sink.browse();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].payload, R"({"headers":"[]","id":"1-0","version":"1"})");
}

TEST_F(redis_plugin, sink_says_why_it_cannot_be_read_and_comes_back) {
  server_.fill("out", 3);
  sink_harness sink(sink_descriptor(), sink_options());
  EXPECT_EQ(sink.browse().size(), 3u);
  server_.kill();
  EXPECT_THROW(sink.browse(), std::runtime_error);
  server_.start();
  EXPECT_EQ(sink.browse().size(), 3u);
  server_.run({"SET", "text", "x"});
  sink_harness other(sink_descriptor(), sink_options({{"key", toml("text")}}));
  try {
    other.browse();
    ADD_FAILURE() << "a string was browsed";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("something of another type"));
  }
}

const std::vector<written_message> samples = {
    {"p\0\r\n"s, "k"s, {{"h", "1"}, {"h", "\xFF"s}, {"payload", "second"}}},
    {"", {}, {{"t-dead-letter", "abc"}}}};

TEST_F(redis_plugin, source_reads_back_what_it_took_back) {
  const given_options options = source_options({{"key_field", toml("key")}});
  const requeue_outcome made = requeue(source_descriptor(), options, samples);
  EXPECT_EQ(made.reason, "");
  EXPECT_THAT(made.results, Each(TEMPEST_REQUEUED));
  EXPECT_TRUE(std::filesystem::is_empty(state_)) << "it is no consumer";
  source_harness source(source_descriptor(), options);
  ASSERT_TRUE(source.drain(2));
  EXPECT_EQ(source.messages[0].payload, samples[0].payload);
  EXPECT_EQ(source.messages[0].key, "k");
  EXPECT_THAT(source.messages[0].headers,
              ElementsAre(Pair("h", "1"), Pair("h", "\xFF"s), Pair("payload", "second")));
  EXPECT_EQ(source.messages[1].payload, "");
  EXPECT_THAT(source.messages[1].headers, ElementsAre(Pair("t-dead-letter", "abc")));
}

TEST_F(redis_plugin, source_takes_objects_back_as_they_were) {
  server_.run({"XADD", "s", "*", "b", "1", "a", "\xFF", "b", "2"});
  const given_options options = source_options({{"payload", toml("json")}});
  std::string payload;
  {
    source_harness source(source_descriptor(), options);
    ASSERT_TRUE(source.drain(1));
    payload = source.messages[0].payload;
    source.close();
  }
  const requeue_outcome made =
      requeue(source_descriptor(), options, {{payload, {}, {{"t-dead-letter", "abc"}}}});
  EXPECT_EQ(made.reason, "");
  source_harness source(source_descriptor(), options);
  ASSERT_TRUE(source.drain(1));
  EXPECT_EQ(source.messages[0].payload, payload);
  EXPECT_THAT(source.messages[0].headers, ElementsAre(Pair("t-dead-letter", "abc")));
}

TEST_F(redis_plugin, source_rejects_what_it_would_read_back_as_something_else) {
  const std::vector<written_message> keyed = {{"{\"a\":\"1\"}", "k", {}}};
  EXPECT_THAT(requeue(source_descriptor(), source_options(), keyed).reason,
              HasSubstr("no key_field"));
  const given_options json = source_options({{"payload", toml("json")}});
  EXPECT_THAT(requeue(source_descriptor(), json, keyed).reason, HasSubstr("it has a key"));
  EXPECT_THAT(requeue(source_descriptor(), json, {{"{\"a\":\"1\"}", {}, {{"h", "v"}}}}).reason,
              HasSubstr("it has headers"));
  const given_options with_key = source_options({{"key_field", toml("key")}});
  EXPECT_THAT(requeue(source_descriptor(), with_key, {{"x", {}, {{"key", "v"}}}}).reason,
              HasSubstr("would become its key"));
  const requeue_outcome mixed =
      requeue(source_descriptor(), json, {{"no", {}, {}}, {"{\"a\":\"1\"}", {}, {}}});
  EXPECT_THAT(mixed.results, ElementsAre(TEMPEST_REQUEUE_REJECTED, TEMPEST_REQUEUED));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
}

class moved_letters : public redis_plugin {
 protected:
  requeue_outcome move(const std::vector<std::string>& ids, const given_options& sink,
                       const given_options& more = {}) {
    return requeue(source_descriptor(), source_options(more),
                   std::vector<written_message>(ids.size(), {"p", {}, {}}), &sink_descriptor(),
                   sink, ids);
  }
};

TEST_F(moved_letters, leave_the_sink_in_the_step_that_brings_them_back) {
  server_.run({"XADD", "out", "1-1", "payload", "x"});
  server_.run({"XADD", "out", "2-1", "payload", "x"});
  EXPECT_THAT(move({"1-1", "7-7"}, sink_options()).results,
              ElementsAre(TEMPEST_REQUEUE_MOVED, TEMPEST_REQUEUE_GONE));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
  EXPECT_EQ(server_.number({"XLEN", "out"}), 1);
}

TEST_F(moved_letters, may_lie_in_another_database) {
  server_.run({"SELECT", "3"});
  server_.run({"XADD", "out", "1-1", "payload", "x"});
  server_.run({"SELECT", "0"});
  const given_options sink = {{"uri", toml(server_.uri() + "/3")}, {"key", toml("out")}};
  EXPECT_THAT(move({"1-1"}, sink).results, ElementsAre(TEMPEST_REQUEUE_MOVED));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
  server_.run({"SELECT", "3"});
  EXPECT_EQ(server_.number({"XLEN", "out"}), 0);
  EXPECT_EQ(server_.number({"EXISTS", "s"}), 0);
}

TEST_F(moved_letters, stay_when_they_cannot_be_added) {
  server_.run({"XADD", "out", "1-1", "payload", "x"});
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  const requeue_outcome made = move({"1-1"}, sink_options());
  EXPECT_THAT(made.results, ElementsAre(TEMPEST_REQUEUE_FAILED));
  EXPECT_THAT(made.reason, HasSubstr("Redis at"));
  server_.run({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(server_.number({"XLEN", "out"}), 1);
}

TEST_F(moved_letters, of_another_server_are_only_brought_back) {
  redis_server elsewhere;
  elsewhere.run({"XADD", "out", "1-1", "payload", "x"});
  const given_options sink = {{"uri", toml(elsewhere.uri())}, {"key", toml("out")}};
  EXPECT_THAT(move({"1-1"}, sink).results, ElementsAre(TEMPEST_REQUEUED));
  EXPECT_EQ(elsewhere.number({"XLEN", "out"}), 1);
}

TEST_F(moved_letters, with_more_fields_than_a_script_can_take_are_only_brought_back) {
  written_message wide{"p", {}, {}};
  for (int i = 0; i < 5000; ++i) wide.headers.emplace_back("h" + std::to_string(i), "v");
  server_.run({"XADD", "out", "1-1", "payload", "x"});
  EXPECT_THAT(requeue(source_descriptor(), source_options(), {wide}, &sink_descriptor(),
                      sink_options(), {"1-1"})
                  .results,
              ElementsAre(TEMPEST_REQUEUED));
  EXPECT_EQ(server_.number({"XLEN", "s"}), 1);
}

TEST_F(moved_letters, of_a_server_that_is_away_fail_with_a_reason) {
  server_.kill();
  const requeue_outcome made = move({"1-1", "2-1"}, sink_options());
  EXPECT_THAT(made.results, Each(TEMPEST_REQUEUE_FAILED));
  EXPECT_THAT(made.reason, HasSubstr("Redis at 127.0.0.1"));
  server_.start();
}

} // namespace
} // namespace tempest::test
