// Judges a time on a machine that may be busy: never by one measurement.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tempest::conformance {

// The least median of up to three rounds of `tries` measurements, in microseconds; ends early once
// one is within `limit_us`. `measure` yields nothing for one that does not count. Nothing when none
// counted.
inline std::optional<std::int64_t> best_median(
    int tries, std::int64_t limit_us,
    const std::function<std::optional<std::int64_t>(int number)>& measure) {
  constexpr int rounds = 3;
  std::optional<std::int64_t> best;
  for (int round = 0; round < rounds && (!best || *best > limit_us); ++round) {
    std::vector<std::int64_t> times;
    for (int i = 0; i < tries; ++i) {
      if (const auto one = measure(i)) times.push_back(*one);
    }
    if (times.empty()) continue;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    best = std::min(best.value_or(*middle), *middle);
  }
  return best;
}

} // namespace tempest::conformance
