// Durations that one thread has measured, sorted into the buckets of a histogram. The thread adds
// without a lock and without waking anybody; another one comes by and takes what is new.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/metrics/buckets.hpp"
#include "runtime/metrics/series.hpp"

namespace tempest::metrics {

class duration_tally {
 public:
  static constexpr std::size_t buckets = duration_bounds.size() + 1;

  // `times` durations of `ns` each. [one thread]
  void add(std::int64_t ns, std::uint64_t times = 1) noexcept {
    grow(counts_[bucket_of(ns)], times);
    grow(sum_ns_, static_cast<double>(ns < 0 ? 0 : ns) * static_cast<double>(times));
  }

  // Where each duration goes; those below zero, which no steady clock measures, to the first.
  [[nodiscard]] static std::size_t bucket_of(std::int64_t ns) noexcept {
    if (ns <= 0) return 0;
    std::size_t at = first_of_width[std::bit_width(static_cast<std::uint64_t>(ns))];
    while (at < bounds_ns.size() && bounds_ns[at] < ns) ++at; // at most twice in an octave
    return at;
  }

 private:
  friend class tally_reader;

  // There is one writer: no other addition can be lost.
  template <class T>
  static void grow(std::atomic<T>& number, T by) noexcept {
    number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  // duration_bounds, exactly.
  static constexpr auto bounds_ns = [] {
    constexpr std::array<std::int64_t, 3> tenths = {10, 25, 50};
    std::array<std::int64_t, duration_bounds.size()> made{};
    std::int64_t decade = 1'000;
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] = decade * tenths[i % 3] / 10;
      if (i % 3 == 2) decade *= 10;
    }
    return made;
  }();
  // For numbers of so many bits: the first bucket that any of them may belong to.
  static constexpr auto first_of_width = [] {
    std::array<std::uint8_t, 65> made{};
    for (std::size_t width = 1; width < made.size(); ++width) {
      const std::uint64_t least = std::uint64_t{1} << (width - 1);
      std::uint8_t at = 0;
      while (at < bounds_ns.size() && static_cast<std::uint64_t>(bounds_ns[at]) < least) ++at;
      made[width] = at;
    }
    return made;
  }();

  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
  std::atomic<double> sum_ns_{0}; // as whole numbers they would overflow with a few old messages
};

// What was taken of one tally so far.
class tally_reader {
 public:
  // Passes on to a histogram with duration_bounds what is new of `from`, always the same one. How
  // much was read of it so far, by bucket, is counts(). [one thread]
  void pass_on(const duration_tally& from, tempest_metric& histogram);
  [[nodiscard]] const std::array<std::uint64_t, duration_tally::buckets>& counts() const {
    return counts_;
  }

 private:
  std::array<std::uint64_t, duration_tally::buckets> counts_{};
  double sum_ns_ = 0;
  std::vector<double> news_; // used again
};

} // namespace tempest::metrics
