// What the plugin contract shows to authors compiles as it stands there, and does what it says.
#include <gmock/gmock.h>
#include <tempest/json.hpp>
#include <tempest/sink.hpp>
#include <tempest/source.hpp>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>
#include <tempest/topology.hpp>

#include <vector>

namespace {

using tempest::testing::ending;
using tempest::testing::input;
using tempest::testing::task_harness;
using ::testing::ElementsAre;

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> words;
  for (std::size_t end; (end = text.find(separator)) != std::string_view::npos;) {
    words.push_back(text.substr(0, end));
    text.remove_prefix(end + separator.size());
  }
  words.push_back(text);
  return words;
}

struct split_words {
  explicit split_words(tempest::context& ctx) : separator_{ctx.get<std::string>("separator")} {}
  void handle(const tempest::message& in, tempest::outbox& out) {
    for (std::string_view word : split(in.text(), separator_)) out.emit(word);
  }
  std::string separator_;
};

// Everything that a message and an outbox offer, by its name in the contract.
struct uses_all {
  bool filter(tempest::message in) { return !in.payload().empty(); }
  void started() {}
  void shutdown() {}
  void handle(const tempest::message& in, tempest::outbox& out) {
    in.progress();
    if (in.attempt() > 1 || in.deliveries() > 1) throw tempest::reject("seen before");
    out.emit(in.payload());
    out.forward(in);
    std::string all(in.id());
    for (const std::uint32_t ordinal : in.path()) all += "/" + std::to_string(ordinal);
    all += " " + std::string(in.key().value_or("-")) + " " +
           std::string(in.header("h").value_or("-")) + " " + std::to_string(in.headers().size()) +
           " " + std::to_string(in.timestamp());
    out.emit(tempest::output{.payload = all, .key = "new"});
  }
};

struct order {
  int count = 0;
};
void from_json(const nlohmann::json& from, order& to) {
  from.at("count").get_to(to.count);
}

struct doubles_orders {
  void handle(const order& in, tempest::outbox& out) { out.emit(std::to_string(in.count * 2)); }
};

struct in_bulk {
  void handle(std::span<tempest::delivery> batch) {
    for (tempest::delivery& one : batch) one.succeed();
  }
};

struct answers_later {
  void handle(tempest::delivery d) {
    auto later = d.defer();
    later.progress();
    later.emit(d.input().text());
    later.succeed();
  }
};

struct clock_source {
  static tempest::source_traits traits(const tempest::options&) { return {}; }
  void connect() {}
  tempest::poll_status poll(std::size_t, std::size_t, tempest::deadline) {
    return tempest::poll_status::end;
  }
  void settle(std::span<const std::uint64_t>, std::span<const tempest::outcome>) {}
};

} // namespace

TEMPEST_LIBRARY(tempest::task<split_words>(
                    "split_words", "Splits a line into words.",
                    tempest::option<std::string>("separator", "What stands between two words.")
                        .by_default(" ")),
                tempest::task<uses_all>("uses_all", "Uses all.").single(),
                tempest::source<clock_source>("clock", "Emits the time."),
                tempest::declare_topology("word_count", [](tempest::topology& t) {
                  t.task("split").task("count").edge("split", "count");
                  t.set_task("split", "config.separator", "\"\n\x7f");
                }))

namespace {

TEST(the_contract, splits_words_as_its_example_does) {
  task_harness task(tempest::task<split_words>(
      "split_words", "Splits.",
      tempest::option<std::string>("separator", "Between words.").by_default(" ")));
  EXPECT_THAT(task.handle("a b").payloads(), ElementsAre("a", "b"));
}

TEST(the_contract, names_all_of_a_message) {
  task_harness task(tempest::task<uses_all>("uses_all", "Uses all."));
  input in("text");
  in.id = "7-0";
  in.path = {3, 1};
  in.headers = {{"h", "v"}, {"i", "w"}};
  in.timestamp = 5;
  const auto result = task.handle(in);
  EXPECT_THAT(result.payloads(), ElementsAre("text", "text", "7-0/3/1 - v 2 5"));
  EXPECT_EQ(result.outputs.at(2).key, "new");
  EXPECT_EQ(result.progressed, 1u);
  EXPECT_EQ(task.handle("").how, ending::skipped);
  in.attempt = 2;
  EXPECT_EQ(task.handle(in).how, ending::rejected);
}

TEST(the_contract, has_typed_batched_and_deferred_tasks) {
  task_harness typed(tempest::task<doubles_orders>("doubles", "Doubles."));
  EXPECT_THAT(typed.handle(R"({"count": 4})").payloads(), ElementsAre("8"));
  EXPECT_EQ(typed.handle("no order").how, ending::rejected);
  task_harness bulk(tempest::task<in_bulk>("bulk", "In bulk."));
  for (const auto& one : bulk.handle_batch({"a", "b"})) EXPECT_EQ(one.how, ending::succeeded);
  task_harness deferred(tempest::task<answers_later>("later", "Defers."));
  EXPECT_THAT(deferred.handle("a").payloads(), ElementsAre("a"));
}

TEST(the_contract, describes_a_library_as_data) {
  const tempest_library& library = *TEMPEST_ENTRY_SYMBOL();
  ASSERT_EQ(library.count, 4u);
  EXPECT_EQ(library.descriptors[1]->flags, TEMPEST_TASK_SINGLE);
  EXPECT_EQ(library.descriptors[2]->kind, TEMPEST_KIND_SOURCE);
  std::string described;
  tempest_topology_host host{};
  host.self = &described;
  host.task = [](void*, tempest_slice) {};
  host.edge = [](void*, tempest_slice, tempest_slice) {};
  host.set = [](void* self, tempest_slice, tempest_slice, tempest_slice toml) {
    static_cast<std::string*>(self)->append(toml.data, toml.length);
  };
  const auto& topology =
      *static_cast<const tempest_topology_functions*>(library.descriptors[3]->functions);
  EXPECT_EQ(topology.build(&host, nullptr), 1);
  EXPECT_EQ(described, R"("\"\u000A\u007F")"); // one TOML string, whatever is in it
}

} // namespace
