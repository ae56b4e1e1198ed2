// How long to wait before a broker is tried again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

namespace tempest::base {

// Before try number `tries` (from 1): 100 ms doubled each time up to `max_ns`, of which half is
// drawn evenly ("equal jitter": M. Brooker, Exponential Backoff And Jitter, 2015), so that many
// processes do not come back at once.
template <typename Dice>
[[nodiscard]] std::int64_t reconnect_after_ns(std::uint32_t tries, std::int64_t max_ns,
                                              Dice& dice) {
  std::int64_t delay = 100'000'000;
  for (std::uint32_t i = 1; i < tries && delay < max_ns; ++i) delay *= 2;
  delay = std::max<std::int64_t>(1, std::min(delay, max_ns));
  return delay / 2 + std::uniform_int_distribution<std::int64_t>(0, delay / 2)(dice);
}

} // namespace tempest::base
