#include "runtime/base/doorbell.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace tempest::base {
namespace {

constexpr int most_looks = 64;

} // namespace

void doorbell::ring() {
  if (rung_.exchange(true)) return;
  if (!sleeping_.load()) return;
  { const std::scoped_lock lock(mutex_); } // the sleeper is either before its check or in its sleep
  condition_.notify_one();
}

// To sleep and be woken costs more than to look again while whoever brings the next work is let
// run. It looks twice as often when that was worth it, and half as often when not: an idle thread
// looks once.
bool doorbell::comes_soon() {
  for (int i = 0; i < looks_; ++i) {
    if (rung_.exchange(false)) {
      looks_ = std::min(2 * looks_, most_looks);
      return true;
    }
    std::this_thread::yield();
  }
  looks_ = std::max(looks_ / 2, 1);
  return false;
}

bool doorbell::wait(std::int64_t deadline_ns) {
  if (comes_soon()) return true;
  const std::chrono::steady_clock::time_point deadline{std::chrono::nanoseconds(deadline_ns)};
  std::unique_lock lock(mutex_);
  sleeping_.store(true);
  condition_.wait_until(lock, deadline, [this] { return rung_.load(); });
  sleeping_.store(false);
  return rung_.exchange(false);
}

} // namespace tempest::base
