// What one worker measures of itself: how long it has been at work, and how long deliveries took.
// The worker counts without a lock; another thread comes by and reads.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/metrics/duration_tally.hpp"

namespace tempest::worker {

class work_meter {
 public:
  // --- [worker thread]
  // It has a batch in hand from now on, and no more.
  void begins(std::int64_t now_ns) noexcept { since_ns_.store(now_ns, std::memory_order_relaxed); }
  void ends(std::int64_t now_ns) noexcept {
    const std::int64_t since_ns = since_ns_.load(std::memory_order_relaxed);
    busy_ns_.store(busy_ns_.load(std::memory_order_relaxed) + now_ns - since_ns,
                   std::memory_order_release);
    since_ns_.store(0, std::memory_order_release);
  }
  // `count` deliveries ended, which took `together_ns`.
  void handled(std::int64_t together_ns, std::uint64_t count) noexcept {
    if (count > 0) times_.add(together_ns / static_cast<std::int64_t>(count), count);
  }

  // --- [any thread]
  // For how long it was at work until now. May be too much, by the batch that ends at this moment.
  [[nodiscard]] std::int64_t busy_ns(std::int64_t now_ns) const noexcept {
    const std::int64_t since_ns = since_ns_.load(std::memory_order_acquire);
    const std::int64_t before_ns = busy_ns_.load(std::memory_order_acquire);
    return since_ns == 0 ? before_ns : before_ns + now_ns - since_ns;
  }
  [[nodiscard]] const metrics::duration_tally& times() const noexcept { return times_; }

 private:
  std::atomic<std::int64_t> since_ns_{0}; // 0: it is not
  std::atomic<std::int64_t> busy_ns_{0};  // of the batches before
  metrics::duration_tally times_;
};

} // namespace tempest::worker
