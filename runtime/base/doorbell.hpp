// How a thread that has nothing to do is woken: a flag that stays up until it is looked at. Ringing
// costs a wake-up only when somebody sleeps, so a busy thread is never disturbed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tempest::base {

class doorbell {
 public:
  // [any thread]
  void ring();
  // Waits until it was rung since the last wait, or `deadline_ns` (base::steady_ns) has passed.
  // Returns whether it was rung. [one thread]
  bool wait(std::int64_t deadline_ns);

 private:
  std::atomic<bool> rung_{false};
  std::atomic<bool> sleeping_{false};
  std::mutex mutex_;
  std::condition_variable condition_;
};

} // namespace tempest::base
