// Judges times on a machine that may be busy, and memory that grows to what is needed: never by one
// measurement.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tempest::conformance {

// What is measured in one round.
struct sampling {
  std::size_t tries = 1;
  std::size_t outliers =
      0; // so many may be worse than the one that counts, fewer where fewer count
};

// The least of up to three rounds of measurements, in microseconds, the worst of each left out;
// ends early once one is within `limit_us`, and a round once more than its outliers are beyond it.
// `measure` is given a number that no other measurement has, and yields nothing for one that does
// not count. Nothing when none of a round counted.
inline std::optional<std::int64_t> best_round(
    const sampling& of, std::int64_t limit_us,
    const std::function<std::optional<std::int64_t>(std::size_t number)>& measure) {
  constexpr int rounds = 3;
  std::optional<std::int64_t> best;
  std::size_t number = 0;
  for (int round = 0; round < rounds && (!best || *best > limit_us); ++round) {
    std::vector<std::int64_t> times;
    std::size_t beyond = 0;
    std::size_t tried = 0;
    for (; tried < of.tries && beyond <= of.outliers; ++tried) {
      const auto one = measure(number++);
      if (one) times.push_back(*one);
      if (one && *one > limit_us) ++beyond;
    }
    if (times.empty()) return std::nullopt;
    std::ranges::sort(times, std::greater());
    const std::size_t outliers = of.outliers * times.size() / tried;
    const std::int64_t counts = times[std::min(outliers, times.size() - 1)];
    best = std::min(best.value_or(counts), counts);
  }
  return best;
}

// From `least_us` on over a span, as evenly as any number of them can lie, and in step with
// nothing: what looks only now and then is met at any time of its sleep.
inline std::int64_t spread_us(std::size_t number, std::int64_t least_us, std::int64_t span_us) {
  constexpr double golden = 0.6180339887498949;
  const double turns = golden * static_cast<double>(number);
  return least_us +
         static_cast<std::int64_t>((turns - std::floor(turns)) * static_cast<double>(span_us));
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
