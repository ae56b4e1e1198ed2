// One series: the number behind a name and its labels. What plugins hold as `tempest_metric*`
// points at one of these; they never look inside.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <variant>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace tempest::metrics {

enum class kind : std::uint8_t {
  none, // counts nothing: what a refused metric is
  counter,
  gauge,
  histogram,
};

[[nodiscard]] const char* word(kind type);

} // namespace tempest::metrics

// The type that abi.h leaves open. Made by a registry, which owns it and what it counts in. Any
// thread; counters and gauges without a lock.
struct tempest_metric {
  std::variant<std::monostate, prometheus::Counter*, prometheus::Gauge*, prometheus::Histogram*> in;

  // Adds, sets or observes, by kind. What makes no sense changes nothing: not a number, an infinite
  // addition or observation, a counter that would go down.
  void update(double observed) noexcept;
  // Observes many at once: how many in each bucket of a histogram, and the sum of all.
  void observe(const std::vector<double>& buckets, double sum);
};
