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
  // `count` deliveries ended, which took `together_ns`: the mean counts for each.
  void handled(std::int64_t together_ns, std::uint64_t count) noexcept {
    if (count > 0) times_.add(together_ns / static_cast<std::int64_t>(count), count);
  }
  // As handled(), of deliveries that were handled in turn. Where they took far longer than is
  // usual, that counts as one of them that did, and the others as they usually are.
  void handled_in_turn(std::int64_t together_ns, std::uint64_t count) noexcept {
    if (count == 0) return;
    const auto number = static_cast<std::int64_t>(count);
    const std::int64_t mean_ns = together_ns / number;
    if (count > 1 && usual_ns_ > 0 && mean_ns > surprise * usual_ns_) {
      times_.add(usual_ns_, count - 1);
      times_.add(together_ns - usual_ns_ * (number - 1));
      usual_ns_ *= 2; // when it goes on like that, it is what is usual now
      return;
    }
    times_.add(mean_ns, count);
    if (count > 1 || usual_ns_ == 0) usual_ns_ = mean_ns;
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
  static constexpr std::int64_t surprise = 4; // times as long as usual

  std::int64_t usual_ns_ = 0;             // of a delivery among several in turn; worker's thread
  std::atomic<std::int64_t> since_ns_{0}; // 0: it is not
  std::atomic<std::int64_t> busy_ns_{0};  // of the batches before
  metrics::duration_tally times_;
};

} // namespace tempest::worker
