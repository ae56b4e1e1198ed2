#include "runtime/base/doorbell.hpp"

#include <chrono>
#include <thread>

namespace tempest::base {
namespace {

// Before it sleeps: on a busy machine whoever is let run meanwhile often brings the next work, and
// to sleep and be woken costs more than to look again.
constexpr int looks = 4;

} // namespace

void doorbell::ring() {
  if (rung_.exchange(true)) return;
  if (!sleeping_.load()) return;
  { const std::scoped_lock lock(mutex_); } // the sleeper is either before its check or in its sleep
  condition_.notify_one();
}

bool doorbell::wait(std::int64_t deadline_ns) {
  for (int i = 0; i < looks; ++i) {
    if (rung_.exchange(false)) return true;
    std::this_thread::yield();
  }
  const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(deadline_ns)};
  std::unique_lock lock(mutex_);
  sleeping_.store(true);
  condition_.wait_until(lock, deadline, [this] { return rung_.load(); });
  sleeping_.store(false);
  return rung_.exchange(false);
}

} // namespace tempest::base
