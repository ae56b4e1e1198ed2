// Interrupts a poll from another thread, and measures how soon that is felt.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/driver/resources.hpp"

namespace tempest::conformance {

// What a busy machine adds is known: for how long this process was not let run, and how long a
// second thread takes that waits, too, and is woken at the same time by the plainest of means.
class interruption {
 public:
  // `interrupt` is called `after_ns` from now.
  interruption(std::int64_t after_ns, std::function<void()> interrupt)
      : waiter_([this] { wait(); }), caller_([this, after_ns, interrupt = std::move(interrupt)] {
          std::this_thread::sleep_for(std::chrono::nanoseconds(after_ns));
          held_up_ns_ = held_up_ns();
          called_ns_ = base::steady_ns();
          interrupt();
          std::unique_lock lock(mutex_);
          rung_ = true;
          bell_.notify_all();
          await_end(lock);
        }) {}
  // Call when the poll has come back; both threads have ended then.
  void finish(std::int64_t returned_ns) {
    const std::int64_t held_up = held_up_ns();
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
      bell_.notify_all();
    }
    caller_.join();
    waiter_.join();
    took_ns = returned_ns - called_ns_;
    excused_ns = std::max(woken_ns_ - called_ns_, held_up - held_up_ns_);
  }

  std::int64_t took_ns = 0; // negative: it came back before
  std::int64_t excused_ns = 0;

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    bell_.wait(lock, [this] { return rung_; });
    woken_ns_ = base::steady_ns();
    await_end(lock);
  }
  // What a thread was held up is known as long as it is there.
  void await_end(std::unique_lock<std::mutex>& lock) {
    bell_.wait(lock, [this] { return over_; });
  }

  std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  bool over_ = false;
  std::int64_t held_up_ns_ = 0;
  std::int64_t called_ns_ = 0;
  std::int64_t woken_ns_ = 0;
  std::thread waiter_;
  std::thread caller_;
};

} // namespace tempest::conformance
