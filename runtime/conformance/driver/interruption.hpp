// Interrupts a poll from another thread, and measures how soon that is felt.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "runtime/base/clock.hpp"

namespace tempest::conformance {

// A second thread waits, too, and is woken at the same time by the plainest of means: how long that
// takes is what this machine takes just now.
class interruption {
 public:
  // `interrupt` is called `after_ns` from now.
  interruption(std::int64_t after_ns, std::function<void()> interrupt)
      : waiter_([this] { wait(); }), caller_([this, after_ns, interrupt = std::move(interrupt)] {
          std::this_thread::sleep_for(std::chrono::nanoseconds(after_ns));
          called_ns_ = base::steady_ns();
          interrupt();
          const std::scoped_lock lock(mutex_);
          rung_ = true;
          bell_.notify_one();
        }) {}
  // Call when the poll has come back; both threads have ended then.
  void finish(std::int64_t returned_ns) {
    caller_.join();
    waiter_.join();
    took_ns = returned_ns - called_ns_;
    baseline_ns = woken_ns_ - called_ns_;
  }

  std::int64_t took_ns = 0; // negative: it came back before
  std::int64_t baseline_ns = 0;

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    bell_.wait(lock, [this] { return rung_; });
    woken_ns_ = base::steady_ns();
  }

  std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  std::int64_t called_ns_ = 0;
  std::int64_t woken_ns_ = 0;
  std::thread waiter_;
  std::thread caller_;
};

} // namespace tempest::conformance
