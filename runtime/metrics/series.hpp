// One series: the number behind a name and its labels. What plugins hold as `tempest_metric*`
// points at one of these; they never look inside.
#pragma once

#include <tempest/abi.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tempest::metrics {

enum class kind : std::uint8_t {
  none, // counts nothing: what a refused metric is
  counter,
  gauge,
  histogram,
};

// Upper bounds of a histogram's buckets: 1, 2.5 and 5 in each decade from a microsecond to a
// billion, so that seconds, bytes and counts all find a place without a choice by the author. The
// bucket behind the last takes what is larger.
inline constexpr std::array<double, 46> bucket_bounds = {
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3,
    1e-2, 2.5e-2, 5e-2, 1e-1, 2.5e-1, 5e-1, 1e0,  2.5e0,  5e0,  1e1,  2.5e1,  5e1,
    1e2,  2.5e2,  5e2,  1e3,  2.5e3,  5e3,  1e4,  2.5e4,  5e4,  1e5,  2.5e5,  5e5,
    1e6,  2.5e6,  5e6,  1e7,  2.5e7,  5e7,  1e8,  2.5e8,  5e8,  1e9};
inline constexpr std::size_t bucket_count = bucket_bounds.size() + 1;

using bucket_counters = std::array<std::atomic<std::uint64_t>, bucket_count>;

} // namespace tempest::metrics

// The type that abi.h leaves open. Made by a registry, which owns it. Any thread, lock-free.
struct tempest_metric {
  tempest::metrics::kind kind = tempest::metrics::kind::none;
  std::atomic<double> value{0};                               // of a histogram: the sum
  std::unique_ptr<tempest::metrics::bucket_counters> buckets; // of a histogram only

  explicit tempest_metric(tempest::metrics::kind type = tempest::metrics::kind::none);

  // Adds, sets or observes, by kind. What makes no sense changes nothing: not a number, an infinite
  // addition or observation, a counter that would go down.
  void update(double observed) noexcept;
};
