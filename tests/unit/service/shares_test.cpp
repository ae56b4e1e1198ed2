// What the time of workers is said to have gone to: at work, kept from it, or without anything to
// do.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/service/worker_threads.hpp"
#include "tests/unit/service/rig.hpp"

namespace tempest::service {
namespace {

// Ends nothing by itself.
struct puts_all_off {
  void handle(delivery in) {
    const std::scoped_lock lock(mutex);
    open.push_back(in.defer());
  }
  static std::size_t count() {
    const std::scoped_lock lock(mutex);
    return open.size();
  }
  static void end_oldest() {
    const std::scoped_lock lock(mutex);
    open.front().succeed();
    open.pop_front();
  }
  static inline std::mutex mutex;
  static inline std::deque<deferred> open;
};

struct writes {
  explicit writes(sink_context&) {}
  void connect() {
    if (away) throw std::runtime_error("nobody answers");
  }
  void write(const messages&, std::span<written> results) {
    ++begun;
    while (hangs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::fill(results.begin(), results.end(), written::ok);
  }
  void flush() {}
  static inline std::atomic<bool> away{false};
  static inline std::atomic<bool> hangs{false};
  static inline std::atomic<int> begun{0};
};

// As many deliveries as the test lets there be.
struct counted_feed final : worker_feed {
  [[nodiscard]] std::size_t queued(std::uint32_t) const override { return left; }
  void take(std::uint32_t, engine::worker_id, std::size_t max,
            std::vector<tempest_delivery>& out) override {
    for (; max > 0 && left > 0; --max, --left) {
      tempest_delivery& made = out.emplace_back();
      made.id = made.payload = {"message", 7};
      made.attempt = made.deliveries = 1;
      made.host_token = ++last_token;
    }
  }
  void report(std::uint32_t, engine::worker_id, engine::worker_report& done) override {
    ended += done.results.size();
  }
  void take_away(std::uint32_t, engine::worker_id, engine::worker_report&) override {}
  void gone(engine::worker_id, std::span<const engine::delivery_ref>) override {}
  [[nodiscard]] bool useless(engine::delivery_ref) const override { return false; }
  void begun(engine::worker_id, std::span<const engine::begun>) override {}
  [[nodiscard]] std::string_view message_id(engine::delivery_ref) const override { return {}; }

  std::size_t left = 0, ended = 0;
  std::uint64_t last_token = 0;
};

// The workers of one task, without the loop that drives them.
class shares : public testing::Test {
 protected:
  ~shares() override {
    if (!threads_) return;
    threads_->hurry();
    threads_->close();
    threads_->join();
  }
  void start() {
    health_.emplace(rig_.plan, run_health::role::topology, base::steady_ns());
    shared_.emplace(bell_, *health_, "test");
    threads_.emplace(rig_.plan, *shared_);
    threads_->start();
    wait_until([&] { return threads_->ready(); });
    look();
  }
  // As the loop of a run does, in this order.
  void look() {
    threads_->collect(feed_);
    threads_->measure(feed_, base::steady_ns());
    threads_->hand_out(feed_, 0);
  }
  // What some time from now on has gone to. Nothing is handed out before it has passed.
  [[nodiscard]] task_work next_while() {
    const task_work before = threads_->work(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    look();
    task_work now = threads_->work(0);
    now.busy_ns -= before.busy_ns;
    now.blocked_ns -= before.blocked_ns;
    now.idle_ns -= before.idle_ns;
    return now;
  }
  static void wait_until(const std::function<bool()>& holds) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "waited in vain";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  topology_rig rig_;
  base::doorbell bell_;
  std::optional<run_health> health_;
  std::optional<run_resources> shared_;
  counted_feed feed_;
  std::optional<worker_threads> threads_;
};

void expect_blocked(const task_work& work) {
  EXPECT_GT(work.blocked_ns, 0u);
  EXPECT_EQ(work.idle_ns, 0u);
}

void expect_idle(const task_work& work) {
  EXPECT_GT(work.idle_ns, 0u);
  EXPECT_EQ(work.blocked_ns, 0u);
}

class deferring_shares : public shares {
 protected:
  deferring_shares() {
    rig_.task<puts_all_off>("T1");
    puts_all_off::open.clear();
  }
  ~deferring_shares() override {
    while (puts_all_off::count() > 0) puts_all_off::end_oldest();
  }
  void give(std::uint32_t poll_count, std::size_t deliveries) {
    rig_.plan.tasks[0].settings.poll_count = poll_count;
    start();
    feed_.left = deliveries;
    wait_until_off(std::min<std::size_t>(poll_count, deliveries));
  }
  // Hands out until the worker has put off so many.
  void wait_until_off(std::size_t count) {
    wait_until([&] {
      look();
      return puts_all_off::count() == count;
    });
  }
};

TEST_F(deferring_shares, with_all_places_taken_a_worker_is_blocked) {
  give(4, 100);
  expect_blocked(next_while());
}

// When its loop looks at it, something has ended, and there is room once more.
TEST_F(deferring_shares, a_place_that_has_just_come_free_changes_nothing) {
  give(4, 100);
  for (int times = 0; times < 3; ++times) {
    puts_all_off::end_oldest();
    expect_blocked(next_while());
    wait_until_off(4);
  }
}

TEST_F(deferring_shares, the_only_place_that_has_just_come_free_changes_nothing) {
  give(1, 100);
  for (int times = 0; times < 3; ++times) {
    puts_all_off::end_oldest();
    expect_blocked(next_while());
    wait_until_off(1);
  }
}

TEST_F(deferring_shares, with_a_place_to_spare_a_worker_is_idle) {
  give(4, 3);
  expect_idle(next_while());
  puts_all_off::end_oldest();
  expect_idle(next_while());
}

class sink_shares : public shares {
 protected:
  sink_shares() {
    rig_.sink_task<writes>("T1");
    writes::away = writes::hangs = false;
    writes::begun = 0;
  }
};

TEST_F(sink_shares, with_something_for_a_sink_that_is_away_a_worker_is_blocked) {
  writes::away = true;
  start();
  expect_idle(next_while()); // for want of anything to write
  feed_.left = 3;
  look();
  expect_blocked(next_while());
  writes::away = false;
  wait_until([&] {
    look();
    return feed_.ended == 3;
  });
  look();
  expect_idle(next_while());
}

TEST_F(sink_shares, while_it_writes_a_worker_is_busy) {
  start();
  writes::hangs = true;
  feed_.left = 1;
  look();
  wait_until([] { return writes::begun == 1; });
  look();
  const task_work work = next_while();
  writes::hangs = false;
  EXPECT_GT(work.busy_ns, 0u);
  EXPECT_EQ(work.blocked_ns, 0u);
}

} // namespace
} // namespace tempest::service
