// What a task does, as its worker reports it.
#include <atomic>
#include <mutex>
#include <optional>

#include "tests/unit/worker/worker_rig.hpp"

namespace tempest::worker {
namespace {

using engine::outcome;

struct by_word {
  bool filter(const message& in) { return in.text() != "skip"; }
  void handle(const message& in, outbox& out) {
    if (in.text() == "reject") throw reject("never");
    if (in.text() == "fail") throw std::runtime_error("no luck");
    if (in.text() == "odd") throw 7;
    if (in.text() == "forward") {
      out.forward();
      return;
    }
    out.emit("a");
    out.emit("b");
  }
};

TEST(task_worker, reports_each_outcome_with_its_reason) {
  worker_rig<by_word> rig;
  rig.offer({"x", "skip", "reject", "fail", "odd", "forward"});
  auto& said = rig.results(6);
  EXPECT_EQ(said[1].what, outcome::succeeded);
  EXPECT_EQ(said[1].outputs, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(said[2].what, outcome::skipped);
  EXPECT_EQ(said[3].what, outcome::rejected);
  EXPECT_EQ(said[3].reason, "never");
  EXPECT_EQ(said[4].what, outcome::failed);
  EXPECT_EQ(said[4].reason, "no luck");
  EXPECT_EQ(said[5].what, outcome::failed);
  EXPECT_EQ(said[6].outputs, (std::vector<std::string>{"(forwarded)"}));
}

TEST(task_worker, outputs_of_a_leaf_are_counted_and_not_kept) {
  engine::output_limits limits;
  limits.leaf = true;
  worker_rig<by_word> rig(limits);
  rig.offer({"x"});
  auto& said = rig.results(1);
  EXPECT_EQ(said[1].output_count, 2u);
  EXPECT_TRUE(said[1].outputs.empty());
}

struct emits_long {
  void handle(const message& in, outbox& out) {
    const std::string text(100, 'x');
    const int wanted = in.text() == "many" ? 10 : 1;
    bool taken = true;
    for (int i = 0; i < wanted; ++i) taken = out.emit(text);
    if (in.text() == "notice" && taken) throw std::runtime_error("emit must have said no");
  }
};

TEST(task_worker, what_passes_a_limit_is_rejected_whatever_ends_it) {
  engine::output_limits limits;
  limits.max_message_bytes = 50;
  worker_rig<emits_long> one(limits);
  one.offer({"one", "notice"});
  EXPECT_EQ(one.results(2)[1].what, outcome::rejected);
  EXPECT_NE(one.results(2)[1].reason.find("max_message_bytes"), std::string::npos);
  EXPECT_EQ(one.results(2)[2].what, outcome::rejected);

  limits.max_message_bytes = 1000;
  limits.max_outputs_bytes = 500;
  worker_rig<emits_long> many(limits);
  many.offer({"many"});
  EXPECT_EQ(many.results(1)[1].what, outcome::rejected);
  EXPECT_NE(many.results(1)[1].reason.find("max_outputs_bytes"), std::string::npos);
}

struct emits_nothings {
  void handle(const message&, outbox& out) {
    for (std::uint32_t i = 0; i <= engine::output_limits{}.max_outputs; ++i) out.emit("");
  }
};

TEST(task_worker, empty_outputs_are_bounded_as_well) {
  worker_rig<emits_nothings> one;
  one.offer({"x"});
  EXPECT_EQ(one.results(1)[1].what, outcome::rejected);
  EXPECT_EQ(one.results(1)[1].output_count, 0u);
  EXPECT_NE(one.results(1)[1].reason.find("more than 1048576 messages"), std::string::npos);
}

struct in_batches {
  void handle(std::span<delivery> batch) {
    // Emits in turns, so that the outputs of one do not stand in one row while they are made.
    for (int round = 0; round < 3; ++round) {
      for (delivery& one : batch) one.emit(std::string(one.input().text()) + std::to_string(round));
    }
    for (delivery& one : batch) {
      if (one.input().text() == "lost") continue;
      one.input().text() == "bad" ? one.fail("bad one") : one.succeed();
    }
  }
};

TEST(task_worker, a_batch_is_ended_one_by_one) {
  worker_rig<in_batches> rig;
  rig.offer({"p", "bad", "lost", "q"});
  auto& said = rig.results(4);
  EXPECT_EQ(said[1].outputs, (std::vector<std::string>{"p0", "p1", "p2"}));
  EXPECT_EQ(said[2].reason, "bad one");
  EXPECT_EQ(said[3].what, outcome::failed);
  EXPECT_EQ(said[4].outputs, (std::vector<std::string>{"q0", "q1", "q2"}));
}

std::mutex later_mutex;
std::vector<deferred> later;

struct defers {
  void handle(delivery one) {
    if (one.input().text() == "forgotten") return;
    one.emit("early");
    deferred kept = one.defer();
    if (one.input().text() == "dropped") return; // the handle ends here without an outcome
    const std::scoped_lock lock(later_mutex);
    later.push_back(std::move(kept));
  }
};

TEST(task_worker, deferred_deliveries_end_on_any_thread) {
  later.clear();
  worker_rig<defers> rig;
  rig.offer({"first", "dropped", "forgotten", "second"});
  EXPECT_EQ(rig.results(2)[2].what, outcome::failed);
  EXPECT_NE(rig.results(2)[2].reason.find("without an outcome"), std::string::npos);
  EXPECT_EQ(rig.results(2)[3].what, outcome::failed);
  EXPECT_EQ(rig.begun(base::steady_ns()).size(), 2u);
  std::thread([] {
    EXPECT_TRUE(later[0].progress());
    EXPECT_TRUE(later[0].emit("late"));
    EXPECT_TRUE(later[0].succeed());
    EXPECT_FALSE(later[0].succeed()); // a second end changes nothing
    EXPECT_FALSE(later[0].emit("too late"));
    EXPECT_TRUE(later[1].reject("no"));
  }).join();
  auto& said = rig.results(4);
  EXPECT_EQ(said[1].outputs, (std::vector<std::string>{"early", "late"}));
  EXPECT_EQ(said[4].what, outcome::rejected);
  EXPECT_EQ(rig.worker.deferred_open(), 0u);
}

std::atomic<bool> gate_open{false};
std::atomic<int> begun_count{0};

struct waits_at_a_gate {
  void handle(const message&, outbox& out) {
    ++begun_count;
    while (!gate_open.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    out.progress();
  }
};

class gate : public testing::Test {
 protected:
  void SetUp() override {
    gate_open = false;
    begun_count = 0;
  }
  void TearDown() override { gate_open = true; }
};

TEST_F(gate, what_is_begun_is_seen_and_ages) {
  worker_rig<waits_at_a_gate> rig;
  rig.offer({"a", "b"});
  rig.wait_until([] { return begun_count.load() == 1; });
  const std::int64_t start = base::steady_ns();
  const auto first = rig.begun(start);
  ASSERT_EQ(first.size(), 1u); // only one is begun
  EXPECT_EQ(first[0].delivery.token(), 1u);
  const auto again = rig.begun(start + 5'000'000'000);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].since, first[0].since); // no progress meanwhile
  gate_open = true;
  rig.results(2);
  EXPECT_TRUE(rig.begun(base::steady_ns()).empty());
}

TEST_F(gate, what_is_useless_comes_back_unbegun) {
  worker_rig<waits_at_a_gate> rig;
  rig.offer({"running", "useless", "useless"});
  rig.wait_until([] { return begun_count.load() == 1; });
  rig.offer({"waiting"});
  engine::worker_report taken_back;
  rig.link.cancel([](engine::delivery_ref) { return true; }, taken_back);
  EXPECT_EQ(taken_back.results.size(), 1u); // the one that still waited
  gate_open = true;
  auto& said = rig.results(3);
  EXPECT_EQ(said[1].what, outcome::succeeded);
  EXPECT_EQ(said[2].what, outcome::returned);
  EXPECT_EQ(said[3].what, outcome::returned);
  EXPECT_EQ(begun_count.load(), 1);
}

struct waits_at_the_last {
  void handle(const message& in, outbox&) {
    if (in.text() != "last") return;
    ++begun_count;
    while (!gate_open.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
};

// So that the engine works beside the worker, however large the batch.
TEST_F(gate, a_large_batch_is_reported_in_parts) {
  worker_rig<waits_at_the_last> rig({}, 10'000);
  std::vector<std::string> batch(5000, "one");
  batch.emplace_back("last");
  // On a slow machine the rest of it may be given back, since it takes long.
  std::size_t offered = 0;
  while (begun_count.load() == 0 && offered < 100 * batch.size()) {
    rig.offer(batch);
    offered += batch.size();
    rig.wait_until([&] { return begun_count.load() == 1 || rig.so_far() == offered; });
  }
  EXPECT_GT(rig.so_far(), offered - 1001);
  gate_open = true;
  rig.results(offered);
}

TEST_F(gate, a_busy_worker_finds_one_large_batch) {
  worker_rig<waits_at_a_gate> rig({}, 10);
  rig.link.measured(1000);
  EXPECT_EQ(rig.link.room(), 10u);
  rig.offer({"a"});
  rig.wait_until([] { return begun_count.load() == 1; });
  rig.offer({"b"});
  EXPECT_EQ(rig.link.room(), 8u); // the waiting batch may still grow
  rig.offer({"c", "d", "e", "f", "g", "h", "i", "j"});
  EXPECT_EQ(rig.link.room(), 0u);
  EXPECT_EQ(rig.link.in_hand(), 10u);
  gate_open = true;
  rig.results(10);
  EXPECT_EQ(rig.link.in_hand(), 0u);
}

struct fails_to_start {
  void started() { throw std::runtime_error("the disk is full"); }
  void handle(const message&, outbox&) {}
};

TEST(task_worker, a_task_that_cannot_start_says_why) {
  worker_rig<fails_to_start> rig;
  rig.finish();
  EXPECT_NE(rig.fatal.find("the disk is full"), std::string::npos);
}

} // namespace
} // namespace tempest::worker
