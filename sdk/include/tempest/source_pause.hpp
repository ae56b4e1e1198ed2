// How a source waits for work: until a time, or until its host wants something of it.
#pragma once

#include <tempest/source_context.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace tempest {

// Keep one in the source and call its interrupt() from the source's own.
class source_pause {
 public:
  // Returns at `until`, or as soon as interrupt() was called since the last wait; whether it was.
  // [source-thread]
  bool wait(deadline until) {
    std::unique_lock lock(mutex_);
    woken_.wait_until(lock, until, [this] { return interrupted_; });
    return std::exchange(interrupted_, false);
  }
  // Ends the wait, or the next one. [any thread]
  void interrupt() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      interrupted_ = true;
    }
    woken_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;
};

} // namespace tempest
