// What a task sees of its message, and what its outputs inherit.
#include <gmock/gmock.h>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>

#include <functional>

namespace {

using tempest::testing::task_harness;
using ::testing::ElementsAre;
using ::testing::Pair;

struct scripted {
  void handle(const tempest::message& in, tempest::outbox& out) { script(in, out); }
  static inline std::function<void(const tempest::message&, tempest::outbox&)> script;
};

tempest::testing::input full() {
  tempest::testing::input made("payload");
  made.id = "id";
  made.key = "key";
  made.headers = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  made.timestamp = 12;
  made.attempt = 2;
  made.deliveries = 3;
  made.path = {4, 5};
  return made;
}

tempest::testing::result run(decltype(scripted::script) script) {
  scripted::script = std::move(script);
  task_harness task(tempest::task<scripted>("scripted", "For tests."));
  return task.handle(full());
}

TEST(outputs_test, a_message_shows_all_of_itself) {
  run([](const tempest::message& in, tempest::outbox&) {
    EXPECT_EQ(in.id(), "id");
    EXPECT_EQ(in.text(), "payload");
    EXPECT_EQ(in.payload().size(), 7u);
    EXPECT_EQ(in.key(), "key");
    EXPECT_EQ(in.header("a"), "1");
    EXPECT_EQ(in.header("b"), "");
    EXPECT_EQ(in.header("c"), std::nullopt);
    EXPECT_EQ(in.headers().size(), 3u);
    EXPECT_EQ(in.timestamp(), 12);
    EXPECT_EQ(in.attempt(), 2u);
    EXPECT_EQ(in.deliveries(), 3u);
    EXPECT_THAT(in.path(), ElementsAre(4u, 5u));
  });
}

TEST(outputs_test, what_is_not_named_is_inherited) {
  const auto made = run([](const tempest::message& in, tempest::outbox& out) {
    out.emit("plain");
    out.forward(in);
    out.emit({.payload = "rich",
              .key = "other",
              .headers = {{tempest::make_header("n", "v")}},
              .timestamp = 13});
    out.emit({.payload = "keyless", .key = std::string_view{}});
  });
  ASSERT_EQ(made.outputs.size(), 4u);
  EXPECT_THAT(made.payloads(), ElementsAre("plain", "payload", "rich", "keyless"));
  for (const std::size_t inherits : {0u, 1u}) {
    EXPECT_EQ(made.outputs[inherits].key, "key");
    EXPECT_EQ(made.outputs[inherits].headers, full().headers);
    EXPECT_EQ(made.outputs[inherits].timestamp, 12);
  }
  EXPECT_EQ(made.outputs[2].key, "other");
  EXPECT_THAT(made.outputs[2].headers, ElementsAre(Pair("n", "v")));
  EXPECT_EQ(made.outputs[2].timestamp, 13);
  EXPECT_EQ(made.outputs[3].key, std::nullopt);
  EXPECT_EQ(made.outputs[3].timestamp, 12);
}

TEST(outputs_test, metrics_are_told_apart_by_their_labels) {
  struct counting {
    explicit counting(tempest::context& ctx)
        : good(ctx.counter("n", "N.", {{"kind", "good"}})),
          bad(ctx.counter("n", "N.", {{"kind", "bad"}})),
          depth(ctx.gauge("depth", "Depth.")),
          took(ctx.histogram("took", "Took.")) {}
    void handle(const tempest::message&, tempest::outbox&) {
      good.add(2);
      bad.add();
      depth.set(depth_now += 3);
      took.observe(0.5);
    }
    tempest::metric good, bad, depth, took;
    double depth_now = 0;
  };
  task_harness task(tempest::task<counting>("counting", "For tests."));
  task.handle_batch({"a", "b"});
  EXPECT_EQ(task.metric("n", {{"kind", "good"}}), 4);
  EXPECT_EQ(task.metric("n", {{"kind", "bad"}}), 2);
  EXPECT_EQ(task.metric("depth"), 6);
  EXPECT_EQ(task.metric("took"), 1);
  EXPECT_EQ(task.metric("unknown"), 0);
}

} // namespace
