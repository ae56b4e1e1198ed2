// Judges times on a machine that may be busy, and memory that grows to what is needed: never by one
// measurement.
#pragma once

#include <algorithm>
#include <cstddef>
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

// By how many bytes a round adds to what is held, in the best of up to three spans of rounds; ends
// early once that is within `limit`. `held` does a round and yields what is held after it. Buffers
// grow to what they need and then no more. What is lost grows in every span, in a table too, which
// grows in steps: each span is as long as all before it, so that one of the steps falls into it.
inline std::size_t least_growth(std::size_t limit, const std::function<std::size_t()>& held) {
  constexpr std::size_t first = 4;
  constexpr std::size_t last = 32;
  std::size_t now = 0;
  for (std::size_t round = 0; round < first; ++round) now = held();
  std::size_t least = SIZE_MAX;
  for (std::size_t span = first; span < last && least > limit; span *= 2) {
    const std::size_t before = now;
    for (std::size_t round = 0; round < span; ++round) now = held();
    least = std::min(least, (now - std::min(now, before)) / span);
  }
  return least;
}

} // namespace tempest::conformance
