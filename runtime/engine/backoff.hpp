// How long a failed delivery waits for its next attempt.
#pragma once

#include <cstdint>

#include "runtime/engine/settings.hpp"

namespace tempest::engine {

// SplitMix64 (Steele, Lea, Flood 2014): one seed, one sequence, so that decisions repeat (G8).
class random {
 public:
  explicit random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }
  // In [0, 1).
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

// After the failure of attempt `attempt` (from 1): backoff * 2^(attempt - 1), at most max_backoff,
// of which the share `jitter` is drawn evenly ("full jitter" at 1: M. Brooker, Exponential Backoff
// And Jitter, 2015).
inline time_ns backoff_after(const retry_policy& policy, std::uint32_t attempt, random& dice) {
  time_ns delay = policy.backoff;
  for (std::uint32_t i = 1; i < attempt && delay < policy.max_backoff; ++i) {
    delay = delay > policy.max_backoff / 2 ? policy.max_backoff : delay * 2;
  }
  if (delay > policy.max_backoff) delay = policy.max_backoff;
  const double share = policy.jitter * dice.fraction();
  return delay - static_cast<time_ns>(static_cast<double>(delay) * share);
}

} // namespace tempest::engine
