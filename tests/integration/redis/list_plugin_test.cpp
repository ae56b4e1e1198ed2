// The source and the sink `redis_list` through the plugin's own table of functions.
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "tests/integration/redis/plugin_fixture.hpp"

namespace tempest::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

using namespace std::string_literals;

class list_plugin : public redis_plugin {
 protected:
  std::string all_of(const std::string& key) { return server_.run({"LRANGE", key, "0", "-1"}); }
};

TEST_F(list_plugin, source_takes_an_element_as_a_payload) {
  server_.run({"RPUSH", "l", "p\0q\xFF"s, ""});
  source_harness source(list_source_descriptor(), list_options());
  ASSERT_TRUE(source.drain(2));
  EXPECT_EQ(source.messages[0].payload, "p\0q\xFF"s);
  EXPECT_EQ(source.messages[0].id, "l:1");
  EXPECT_EQ(source.messages[0].key, std::nullopt);
  EXPECT_EQ(source.messages[0].deliveries, 1U);
  EXPECT_THAT(source.messages[0].headers, IsEmpty());
  EXPECT_EQ(source.messages[1].payload, "");
  EXPECT_EQ(source.messages[1].id, "l:2");
  EXPECT_EQ(source.broken, "");
}

TEST_F(list_plugin, source_reads_back_the_envelopes_that_the_sink_writes) {
  const auto enveloped = toml("envelope");
  sink_harness sink(list_sink_descriptor(),
                    sink_options({{"key", toml("l")}, {"payload", enveloped}}));
  ASSERT_TRUE(sink.connect()) << sink.error;
  EXPECT_THAT(sink.write({{"p\0\xFF"s, "k"s, {{"h", "1"}, {"h", "\xFF"s}}}, {"", {}, {}}}),
              Each(TEMPEST_WRITTEN));
  server_.run({"RPUSH", "l", "no envelope", "[]"});
  source_harness source(list_source_descriptor(), list_options({{"payload", enveloped}}));
  ASSERT_TRUE(source.drain(4));
  EXPECT_EQ(source.messages[0].payload, "p\0\xFF"s);
  EXPECT_EQ(source.messages[0].key, "k");
  EXPECT_THAT(source.messages[0].headers, ElementsAre(Pair("h", "1"), Pair("h", "\xFF"s)));
  EXPECT_EQ(source.messages[1].payload, "");
  EXPECT_EQ(source.messages[2].payload, "no envelope");
  EXPECT_EQ(source.messages[3].payload, "[]");
  EXPECT_EQ(source.host.logged.find("no envelope"), source.host.logged.rfind("no envelope"))
      << "said once";
  EXPECT_THAT(source.host.logged, HasSubstr("no envelope"));
}

TEST_F(list_plugin, instances_on_one_host_have_names_of_their_own) {
  server_.fill_list("l", 30);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string prefix = "shop@"s + host.data() + ":";
  auto first = std::make_unique<source_harness>(list_source_descriptor(), list_options(), "shop");
  source_harness second(list_source_descriptor(), list_options(), "shop");
  for (source_harness* one : {first.get(), &second}) ASSERT_TRUE(one->connect());
  ASSERT_TRUE(eventually([&] { return first->step(30) && first->messages.size() == 30; }));
  const std::string consumers = server_.run({"HKEYS", "l:consumers"});
  for (const char* number : {"0", "1"}) EXPECT_THAT(consumers, HasSubstr(prefix + number));
  // It goes without a word, as after a crash; the next one takes its place and its elements at
  // once, though its heart seems to beat still.
  first.reset();
  source_harness again(list_source_descriptor(), list_options(), "shop");
  ASSERT_TRUE(eventually([&] { return again.step(100) && again.messages.size() == 30; }));
  EXPECT_EQ(again.messages.front().id, "l:1");
}

TEST_F(list_plugin, source_says_what_it_promises) {
  source_harness batch(list_source_descriptor(), list_options());
  EXPECT_EQ(batch.traits().guarantee, TEMPEST_AT_LEAST_ONCE);
  EXPECT_EQ(batch.traits().counts_deliveries, 1U);
  EXPECT_EQ(batch.traits().lease_ms, 60000);
  const auto policy = toml(config::table{{"type", toml("none")}});
  source_harness none(list_source_descriptor(), list_options({{"ack_policy", policy}}));
  EXPECT_EQ(none.traits().guarantee, TEMPEST_AT_MOST_ONCE);
  server_.fill_list("l", 10);
  ASSERT_TRUE(none.drain(10));
  EXPECT_EQ(none.broken, "");
}

TEST_F(list_plugin, a_restart_in_the_middle_loses_nothing) {
  server_.fill_list("l", 20000);
  source_harness source(list_source_descriptor(), list_options({{"read_msg_count", toml(500)}}));
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
  EXPECT_EQ(server_.run({"KEYS", "*"}), "[l:count]");
}

TEST_F(list_plugin, source_is_unhealthy_with_a_reason_while_the_server_is_away) {
  source_harness source(list_source_descriptor(), list_options());
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

TEST_F(list_plugin, interrupt_ends_a_blocked_poll) {
  source_harness source(list_source_descriptor(), list_options());
  ASSERT_TRUE(source.connect());
  EXPECT_EQ(source.poll(10, 20), TEMPEST_POLL_OK);
  std::thread later([&] { source.interrupt(); });
  EXPECT_EQ(source.poll(10, 3'600'000), TEMPEST_POLL_OK); // else the test runs into its limit
  later.join();
}

TEST_F(list_plugin, settlements_are_answered_at_close_even_without_the_server) {
  server_.fill_list("l", 10);
  source_harness source(list_source_descriptor(), list_options());
  ASSERT_TRUE(eventually([&] { return source.step() && source.messages.size() == 10; }));
  server_.kill();
  source.settle_open(TEMPEST_ACK);
  source.close(200);
  EXPECT_EQ(source.answers[TEMPEST_SETTLED_RETRY], 10U);
  EXPECT_EQ(source.broken, "");
}

TEST_F(list_plugin, what_was_not_begun_is_back_when_the_source_is_closed) {
  server_.fill_list("l", 3000);
  source_harness source(list_source_descriptor(), list_options());
  ASSERT_TRUE(eventually([&] { return source.step(100) && source.messages.size() >= 500; }));
  source.settle_open(TEMPEST_RETURN);
  source.close();
  EXPECT_EQ(source.broken, "");
  EXPECT_EQ(server_.number({"LLEN", "l"}), 3000);
  for (int i = 0; i < 3000; i += 100) {
    ASSERT_EQ(server_.run({"LINDEX", "l", std::to_string(i)}), std::to_string(i));
  }
}

TEST_F(list_plugin, source_options_are_checked_without_repeating_secrets) {
  const auto refusal = [&](given_options more) {
    try {
      source_harness source(list_source_descriptor(), list_options(std::move(more)));
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal({{"uri", toml("redis://bob:hunter2@x:99999")}}),
              AllOf(HasSubstr("port"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(refusal({{"key", toml("")}}), HasSubstr("`keys`"));
  EXPECT_THAT(refusal({{"from", toml("top")}}), HasSubstr("from"));
  EXPECT_THAT(refusal({{"ack_policy", toml(config::table{{"type", toml("sometimes")}})}}),
              HasSubstr("sometimes"));
  EXPECT_THAT(refusal({{"state_folder", toml("/proc/nowhere")}}), HasSubstr("state_folder"));
}

TEST_F(list_plugin, sink_adds_at_either_end_and_trims_the_oldest) {
  sink_harness right(list_sink_descriptor(), sink_options({{"max_length", toml(3)}}));
  ASSERT_TRUE(right.connect());
  std::vector<written_message> batch;
  for (const char* one : {"1", "2", "3", "4", "5"}) batch.push_back({one, {}, {}});
  EXPECT_THAT(right.write(batch), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(all_of("out"), "[3, 4, 5]");
  sink_harness left(
      list_sink_descriptor(),
      sink_options({{"key", toml("other")}, {"to", toml("left")}, {"max_length", toml(2)}}));
  ASSERT_TRUE(left.connect());
  EXPECT_THAT(left.write(batch), Each(TEMPEST_WRITTEN));
  EXPECT_EQ(all_of("other"), "[5, 4]");
}

TEST_F(list_plugin, sink_writes_large_batches_and_names_a_key_of_another_type) {
  sink_harness sink(list_sink_descriptor(), sink_options());
  ASSERT_TRUE(sink.connect());
  EXPECT_THAT(sink.write(std::vector<written_message>(20000, {std::string(500, 'x'), {}, {}})),
              Each(TEMPEST_WRITTEN));
  EXPECT_EQ(server_.number({"LLEN", "out"}), 20000);
  server_.run({"SET", "text", "x"});
  sink_harness other(list_sink_descriptor(), sink_options({{"key", toml("text")}}));
  EXPECT_FALSE(other.connect());
  EXPECT_THAT(other.error, HasSubstr("'text' holds a string"));
}

TEST_F(list_plugin, sink_is_unhealthy_while_the_server_takes_nothing) {
  sink_harness sink(list_sink_descriptor(), sink_options({{"max_length", toml(10)}}));
  ASSERT_TRUE(sink.connect());
  server_.run({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_THAT(sink.write({{"a", {}, {}}, {"b", {}, {}}}), Each(TEMPEST_WRITE_FAILED));
  EXPECT_FALSE(sink.healthy());
  server_.run({"CONFIG", "SET", "maxmemory", "0"});
  ASSERT_TRUE(sink.connect());
  EXPECT_THAT(sink.write({{"a", {}, {}}}), Each(TEMPEST_WRITTEN));
  EXPECT_TRUE(sink.healthy());
}

TEST_F(list_plugin, sink_shows_what_there_is_in_pages_and_erases_by_name) {
  sink_harness sink(list_sink_descriptor(), sink_options());
  EXPECT_THAT(sink.browse(), IsEmpty());
  EXPECT_EQ(server_.number({"EXISTS", "out"}), 0) << "looking makes nothing";
  server_.fill_list("out", 2500, "p");
  for (const std::size_t page : {7U, 1000U, 100000U}) {
    const auto found = sink.browse(page);
    ASSERT_EQ(found.size(), 2500u);
    EXPECT_EQ(found[0].payload, "p0");
    EXPECT_EQ(found[2499].payload, "p2499");
  }
  const auto found = sink.browse();
  EXPECT_EQ(sink.erase({found[7].id, found[2000].id, found[3].id}), 3u);
  EXPECT_EQ(server_.number({"LLEN", "out"}), 2497);
  EXPECT_EQ(sink.erase({found[7].id}), 0u) << "it is gone";
  // It stands elsewhere by now.
  EXPECT_EQ(sink.erase({found[2400].id}), 1u);
  EXPECT_EQ(server_.run({"LPOS", "out", "p2400"}), "(nil)");
}

TEST_F(list_plugin, sink_shows_each_once_while_pages_are_erased_and_others_come) {
  for (const char* to : {"right", "left"}) {
    server_.run({"DEL", "out"});
    sink_harness sink(list_sink_descriptor(), sink_options({{"to", toml(to)}}));
    ASSERT_TRUE(sink.connect());
    std::vector<written_message> batch;
    for (int i = 0; i < 1000; ++i) batch.push_back({"p" + std::to_string(i), {}, {}});
    sink.write(batch);
    std::string cursor;
    std::vector<std::string> seen;
    for (bool more = true; more;) {
      std::vector<stored_message> page;
      more = sink.browse_page(cursor, 90, 1 << 20, page);
      std::vector<std::string> ids;
      for (std::size_t i = 0; i < page.size(); ++i) {
        seen.push_back(page[i].payload);
        if (i % 3 != 0) ids.push_back(page[i].id);
      }
      EXPECT_EQ(sink.erase(ids), ids.size());
      sink.write({{"new", {}, {}}});
    }
    ASSERT_EQ(seen.size(), 1000u) << to;
    for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], "p" + std::to_string(i));
  }
}

const std::vector<written_message> letters = {{"a\0\xFF"s, {}, {{"t-dead-letter", "abc"}}},
                                              {"", {}, {{"t-dead-letter", "def"}}}};

TEST_F(list_plugin, source_reads_back_what_it_took_back_with_its_letter) {
  server_.run({"RPUSH", "l", "waits"});
  const requeue_outcome made = requeue(list_source_descriptor(), list_options(), letters);
  EXPECT_EQ(made.reason, "");
  EXPECT_THAT(made.results, Each(TEMPEST_REQUEUED));
  EXPECT_TRUE(std::filesystem::is_empty(state_)) << "it is no consumer";
  source_harness source(list_source_descriptor(), list_options());
  ASSERT_TRUE(source.drain(3));
  EXPECT_EQ(source.messages[0].payload, "waits");
  EXPECT_EQ(source.messages[1].payload, letters[0].payload);
  EXPECT_THAT(source.messages[1].headers, ElementsAre(Pair("t-dead-letter", "abc")));
  EXPECT_EQ(source.messages[1].failures, 0U);
  EXPECT_EQ(source.messages[2].payload, "");
  EXPECT_THAT(source.messages[2].headers, ElementsAre(Pair("t-dead-letter", "def")));
}

TEST_F(list_plugin, source_takes_back_envelopes_whole_and_elements_only_without_key) {
  const std::vector<written_message> whole = {
      {"p", "k"s, {{"h", "\xFF"s}, {"t-dead-letter", "x"}}}};
  EXPECT_THAT(requeue(list_source_descriptor(), list_options(), whole).results,
              ElementsAre(TEMPEST_REQUEUE_REJECTED));
  EXPECT_EQ(server_.number({"EXISTS", "l"}), 0);
  const given_options enveloped = list_options({{"payload", toml("envelope")}});
  EXPECT_THAT(requeue(list_source_descriptor(), enveloped, whole).results, Each(TEMPEST_REQUEUED));
  source_harness source(list_source_descriptor(), enveloped);
  ASSERT_TRUE(source.drain(1));
  EXPECT_EQ(source.messages[0].payload, "p");
  EXPECT_EQ(source.messages[0].key, "k");
  EXPECT_THAT(source.messages[0].headers,
              ElementsAre(Pair("h", "\xFF"s), Pair("t-dead-letter", "x")));
}

TEST_F(list_plugin, letters_are_moved_in_one_step_also_from_another_database) {
  for (const char* database : {"", "/3"}) {
    server_.run({"FLUSHALL"});
    const given_options sink_given =
        sink_options({{"uri", toml(server_.uri() + database)}, {"key", toml("dead")}});
    sink_harness sink(list_sink_descriptor(), sink_given);
    ASSERT_TRUE(sink.connect());
    sink.write({{"letter0", {}, {}}, {"letter1", {}, {}}, {"letter2", {}, {}}});
    const auto found = sink.browse();
    std::vector<std::string> ids{found[0].id, found[2].id};
    const auto made = requeue(list_source_descriptor(), list_options(), letters,
                              &list_sink_descriptor(), sink_given, ids);
    EXPECT_EQ(made.reason, "");
    EXPECT_THAT(made.results, Each(TEMPEST_REQUEUE_MOVED));
    EXPECT_EQ(server_.number({"LLEN", "l"}), 2);
    ASSERT_EQ(sink.browse().size(), 1u);
    EXPECT_EQ(sink.browse()[0].payload, "letter1");
    const auto again = requeue(list_source_descriptor(), list_options(), letters,
                               &list_sink_descriptor(), sink_given, ids);
    EXPECT_THAT(again.results, Each(TEMPEST_REQUEUE_GONE));
    EXPECT_EQ(server_.number({"LLEN", "l"}), 2);
  }
}

// What others took is nowhere: looking for each of them far and wide holds the server up.
TEST_F(list_plugin, what_others_took_is_not_looked_for_everywhere) {
  const given_options sink_given = sink_options({{"key", toml("dead")}});
  sink_harness sink(list_sink_descriptor(), sink_given);
  server_.fill_list("dead", 5000);
  std::vector<std::string> ids;
  std::vector<written_message> taken;
  for (const stored_message& one : sink.browse()) {
    if (ids.size() == 400) break;
    ids.push_back(one.id);
    taken.push_back({one.payload, {}, {{"t-dead-letter", one.payload}}});
  }
  server_.run({"LTRIM", "dead", "400", "-1"});
  const auto looked_at = [&] {
    const std::string stats = server_.run({"INFO", "commandstats"});
    const std::size_t from = stats.find("cmdstat_lindex:calls=");
    return from == std::string::npos ? 0L : std::stol(stats.substr(from + 21));
  };
  const auto made = requeue(list_source_descriptor(), list_options(), taken,
                            &list_sink_descriptor(), sink_given, ids);
  EXPECT_THAT(made.results, Each(TEMPEST_REQUEUE_GONE));
  const long by_requeue = looked_at();
  EXPECT_LE(by_requeue, 400 * 34);
  EXPECT_EQ(sink.erase(ids), 0u);
  EXPECT_LE(looked_at() - by_requeue, 400 * 34 + 20000);
}

// Of many that somebody else moved, as far as each may be looked for.
TEST_F(list_plugin, what_others_moved_is_found_and_erased) {
  server_.fill_list("out", 5000);
  sink_harness sink(list_sink_descriptor(), sink_options());
  std::vector<std::string> ids;
  const auto found = sink.browse();
  for (std::size_t i = 2000; i < 5000; i += 10) ids.push_back(found[i].id);
  server_.run({"LTRIM", "out", "1500", "-1"});
  server_.run({"LREM", "out", "1", found[3000].payload});
  EXPECT_EQ(sink.erase(ids), 299u);
  EXPECT_EQ(server_.number({"LLEN", "out"}), 3500 - 1 - 299);
}

} // namespace
} // namespace tempest::test
