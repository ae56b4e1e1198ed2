// When a backend is given metrics, and what is said of one that is away.
#include "runtime/metrics/exporters/export_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "runtime/base/error.hpp"
#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// What a backend does and saw. It outlives its thread.
struct script {
  std::mutex mutex;
  std::condition_variable changed;
  int flushes = 0;
  int closes = 0;
  double words = 0; // as last seen
  bool away = false;
  bool slow = false;  // takes all the patience that there is
  bool stuck = false; // and more

  void wait_for_flushes(int count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 60s, [&] { return flushes >= count; }));
  }
  void set(bool script::*what, bool to) {
    const std::scoped_lock lock(mutex);
    this->*what = to;
    changed.notify_all();
  }
};

class scripted final : public exporter {
 public:
  explicit scripted(std::shared_ptr<script> play) : play_(std::move(play)) {}
  [[nodiscard]] std::string where() const override { return "the backend"; }
  void flush(const families& now, std::int64_t /*time_ms*/, const patience& within) override {
    std::unique_lock lock(play_->mutex);
    ++play_->flushes;
    play_->changed.notify_all();
    play_->changed.wait(lock, [&] { return !play_->stuck; });
    while (play_->slow && !within.is_over()) play_->changed.wait_for(lock, 1ms);
    if (play_->away || play_->slow) throw base::failure(base::exit_code::unavailable, "no answer");
    for (const auto& one : now) {
      if (one.name == "tempest_task_words_total") play_->words = one.metric[0].counter.value;
    }
  }
  void close(const patience& /*within*/) override { ++play_->closes; }

 private:
  const std::shared_ptr<script> play_;
};

struct an_export_thread : testing::Test {
  std::unique_ptr<export_thread> start(std::chrono::milliseconds interval,
                                       std::chrono::milliseconds timeout = 2s) {
    return std::make_unique<export_thread>(some_.all, std::make_unique<scripted>(play_),
                                           export_settings{"shop", interval, timeout});
  }

  sample_registry some_;
  std::shared_ptr<script> play_ = std::make_shared<script>();
};

TEST_F(an_export_thread, flushes_again_and_again) {
  const auto thread = start(1ms);
  play_->wait_for_flushes(3);
  EXPECT_TRUE((thread->ask_to_finish(), thread->finish()));
}

// What was entered at the very end counts: the last flush comes after it.
TEST_F(an_export_thread, flushes_once_more_at_the_end) {
  const auto thread = start(1h);
  some_.words.update(7);
  thread->ask_to_finish();
  EXPECT_TRUE(thread->finish());
  EXPECT_EQ(play_->flushes, 1);
  EXPECT_EQ(play_->words, 7);
  EXPECT_EQ(play_->closes, 1);
}

TEST_F(an_export_thread, says_once_that_its_backend_is_away_and_once_that_it_is_back) {
  testing::internal::CaptureStderr();
  {
    play_->away = true;
    const auto thread = start(1ms);
    play_->wait_for_flushes(5);
    play_->set(&script::away, false);
    play_->wait_for_flushes(10);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  const auto first = log.find("metrics do not reach the backend: no answer");
  const auto second = log.find("metrics reach the backend again");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_GT(second, first);
  EXPECT_EQ(log.find("metrics do not reach", first + 1), std::string::npos) << log;
  EXPECT_EQ(log.find("again\n", second + 40), std::string::npos) << log;
  EXPECT_THAT(log, Not(HasSubstr("the last metrics")));
}

TEST_F(an_export_thread, says_that_the_last_metrics_are_lost) {
  testing::internal::CaptureStderr();
  play_->away = true;
  start(1h).reset();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("the last metrics did not reach the backend: no answer"));
  EXPECT_EQ(play_->closes, 0);
}

TEST_F(an_export_thread, waits_no_longer_than_its_timeout_for_a_slow_backend) {
  play_->slow = true;
  const auto thread = start(1ms, 20ms);
  play_->wait_for_flushes(1);
  thread->ask_to_finish();
  EXPECT_TRUE(thread->finish());
}

// An hour of patience ends when somebody is in a hurry, who may become so while it is waited for.
TEST_F(an_export_thread, that_is_hurried_waits_for_nobody) {
  play_->slow = true;
  const auto thread = start(1ms, 1h);
  play_->wait_for_flushes(1);
  thread->ask_to_finish();
  int asked = 0;
  EXPECT_TRUE(thread->finish([&] { return ++asked > 2; }));
  EXPECT_LE(play_->flushes, 2);
}

// A call of the system that does not come back, as of a network file system that is gone.
TEST_F(an_export_thread, one_that_does_not_come_back_is_left_behind) {
  play_->stuck = true;
  auto some = std::make_unique<sample_registry>();
  auto thread = std::make_unique<export_thread>(some->all, std::make_unique<scripted>(play_),
                                                export_settings{"shop", 1ms, 1ms});
  play_->wait_for_flushes(1);
  thread->ask_to_finish();
  EXPECT_FALSE(thread->finish());
  thread.reset();
  some.reset(); // the registry goes, and it does not touch it any more
  play_->set(&script::stuck, false);
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (play_.use_count() > 1 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(play_.use_count(), 1) << "the thread has ended";
  EXPECT_EQ(play_->flushes, 1);
}

} // namespace
} // namespace tempest::metrics
