// The shapes that a task's `handle` may have, and what each way of returning means.
#include <gmock/gmock.h>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>

#include <stdexcept>
#include <thread>

namespace {

using tempest::testing::ending;
using tempest::testing::result;
using tempest::testing::task_harness;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Task>
tempest::impl::definition declared() {
  return tempest::task<Task>("under_test", "For tests.");
}

// Does what its message says.
struct one_by_one {
  bool filter(const tempest::message& in) { return in.text() != "not mine"; }
  void handle(const tempest::message& in, tempest::outbox& out) {
    out.emit(in.text());
    if (in.text() == "reject") throw tempest::reject("never");
    if (in.text() == "fail") throw std::runtime_error("not now");
    if (in.text() == "odd") throw 7;
    if (in.text() == "slow") in.progress();
  }
};

TEST(handle_styles_test, one_by_one_returning_is_done_and_throwing_is_not) {
  task_harness task(declared<one_by_one>());
  const auto results = task.handle_batch({"good", "reject", "fail", "odd", "not mine", "slow"});
  EXPECT_EQ(results[0].how, ending::succeeded);
  EXPECT_THAT(results[0].payloads(), ElementsAre("good"));
  EXPECT_EQ(results[1].how, ending::rejected);
  EXPECT_EQ(results[1].reason, "never");
  EXPECT_THAT(results[1].payloads(), ElementsAre()); // what a failed one emitted is dropped
  EXPECT_EQ(results[2].how, ending::failed);
  EXPECT_EQ(results[2].reason, "not now");
  EXPECT_EQ(results[3].how, ending::failed);
  EXPECT_THAT(results[3].reason, HasSubstr("no std::exception"));
  EXPECT_EQ(results[4].how, ending::skipped);
  EXPECT_EQ(results[5].how, ending::succeeded);
  EXPECT_EQ(results[5].progressed, 1u);
}

struct in_batches {
  void handle(std::span<tempest::delivery> batch) {
    sizes.push_back(batch.size());
    for (tempest::delivery& one : batch) {
      const std::string_view text = one.input().text();
      if (text == "throw") throw std::runtime_error("half way");
      if (text == "good") {
        one.emit(text);
        one.succeed();
      }
      if (text == "skip") one.skip();
      if (text == "fail") one.fail("no");
      if (text == "reject") one.reject("never");
      if (text == "twice") {
        one.succeed();
        one.fail("too late");
      }
    }
  }
  static inline std::vector<std::size_t> sizes;
};

TEST(handle_styles_test, in_batches_each_delivery_ends_on_its_own) {
  in_batches::sizes.clear();
  task_harness task(declared<in_batches>());
  const auto results = task.handle_batch({"good", "skip", "fail", "reject", "forgotten", "twice"});
  EXPECT_THAT(in_batches::sizes, ElementsAre(6u));
  EXPECT_EQ(results[0].how, ending::succeeded);
  EXPECT_THAT(results[0].payloads(), ElementsAre("good"));
  EXPECT_EQ(results[1].how, ending::skipped);
  EXPECT_EQ(results[2].how, ending::failed);
  EXPECT_EQ(results[3].how, ending::rejected);
  EXPECT_EQ(results[4].how, ending::failed); // neither ended nor deferred
  EXPECT_THAT(results[4].reason, HasSubstr("neither finished nor deferred"));
  EXPECT_EQ(results[5].how, ending::succeeded);
  EXPECT_EQ(results[5].late_ends, 1u);
}

TEST(handle_styles_test, in_batches_an_exception_fails_what_had_not_ended) {
  task_harness task(declared<in_batches>());
  const auto results = task.handle_batch({"good", "throw", "good"});
  EXPECT_EQ(results[0].how, ending::succeeded);
  EXPECT_EQ(results[1].how, ending::failed);
  EXPECT_EQ(results[1].reason, "half way");
  EXPECT_EQ(results[2].how, ending::failed);
  EXPECT_EQ(results[0].late_ends, 0u) << "nobody is told off for what it did not do";
}

struct filters_in_batches : in_batches {
  bool filter(const tempest::message& in) { return in.text() != "filtered"; }
};

TEST(handle_styles_test, in_batches_an_exception_leaves_what_was_filtered) {
  task_harness task(declared<filters_in_batches>());
  const auto results = task.handle_batch({"filtered", "throw"});
  EXPECT_EQ(results[0].how, ending::skipped);
  EXPECT_EQ(results[0].late_ends, 0u);
  EXPECT_EQ(results[1].how, ending::failed);
}

struct throws_after_the_end {
  void handle(tempest::delivery one) {
    one.succeed();
    throw std::runtime_error("half way");
  }
};

TEST(handle_styles_test, an_exception_after_the_end_changes_nothing) {
  task_harness task(declared<throws_after_the_end>());
  const auto result = task.handle("x");
  EXPECT_EQ(result.how, ending::succeeded);
  EXPECT_EQ(result.late_ends, 0u);
}

struct deferring {
  void handle(tempest::delivery one) {
    if (one.input().text() == "now") return one.succeed();
    if (one.input().text() == "lost") return (void)one.defer();
    open.push_back(one.defer());
  }
  static inline std::vector<tempest::deferred> open;
};

TEST(handle_styles_test, deferred_deliveries_end_later_on_any_thread) {
  task_harness task(declared<deferring>());
  const auto results = task.handle_batch({"now", "lost", "later", "a", "b", "c"});
  EXPECT_EQ(results[0].how, ending::succeeded);
  EXPECT_EQ(results[1].how, ending::failed); // a lost handle is never an ack
  EXPECT_EQ(results[2].how, ending::open);
  EXPECT_FALSE(task.wait(std::chrono::milliseconds(0)));
  std::thread other([] {
    auto& open = deferring::open;
    EXPECT_EQ(open[0].input().text(), "later");
    EXPECT_TRUE(open[0].progress());
    open[0].input().progress();
    EXPECT_TRUE(open[0].emit("late"));
    EXPECT_TRUE(open[0].succeed());
    EXPECT_FALSE(open[0].fail("twice"));
    EXPECT_FALSE(open[0].emit("more"));
    EXPECT_TRUE(open[1].skip());
    EXPECT_TRUE(open[2].reject("never"));
    open.clear(); // the last one without an outcome
  });
  EXPECT_TRUE(task.wait());
  other.join();
  const auto later = task.results();
  EXPECT_EQ(later[2].how, ending::succeeded);
  EXPECT_THAT(later[2].payloads(), ElementsAre("late"));
  EXPECT_EQ(later[2].progressed, 2u);
  EXPECT_EQ(later[3].how, ending::skipped);
  EXPECT_EQ(later[4].how, ending::rejected);
  EXPECT_EQ(later[5].how, ending::failed);
  EXPECT_THAT(later[5].reason, HasSubstr("destroyed without an outcome"));
}

struct with_a_life {
  explicit with_a_life(tempest::context& ctx) : ctx_(ctx) {}
  void started() { ctx_.info("started"); }
  void handle(const tempest::message&, tempest::outbox&) { ctx_.counter("seen", "Seen.").add(); }
  void shutdown() {
    ctx_.warn("shut down");
    throw std::runtime_error("it hurts");
  }
  tempest::context& ctx_;
};

TEST(handle_styles_test, a_life_from_started_to_shutdown_with_log_and_metrics) {
  task_harness task(declared<with_a_life>());
  task.handle_batch({"a", "b"});
  task.shutdown();
  std::vector<std::string> lines;
  for (const auto& one : task.log()) lines.push_back(one.text);
  EXPECT_THAT(lines, ElementsAre("started", "shut down", HasSubstr("it hurts")));
  EXPECT_EQ(task.metric("seen"), 2);
}

struct never_starts {
  void started() { throw std::runtime_error("no licence"); }
  void handle(const tempest::message&, tempest::outbox&) {}
};
struct never_is {
  never_is() { throw 42; }
  void handle(const tempest::message&, tempest::outbox&) {}
};
template <typename Task>
std::string refusal() {
  try {
    task_harness task(declared<Task>());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}
TEST(handle_styles_test, what_construction_and_started_throw_is_text) {
  EXPECT_EQ(refusal<never_starts>(), "no licence");
  EXPECT_THAT(refusal<never_is>(), HasSubstr("no std::exception"));
}

} // namespace
