#include "runtime/metrics/quantile.hpp"

#include <numeric>

#include "runtime/metrics/buckets.hpp"

namespace tempest::metrics {

std::optional<double> quantile(std::span<const std::uint64_t> buckets, double q) {
  const auto all =
      static_cast<double>(std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0}));
  if (all == 0) return std::nullopt;
  const double wanted = q * all;
  double below = 0;
  for (std::size_t i = 0; i < buckets.size() && i < duration_bounds.size(); ++i) {
    const auto here = static_cast<double>(buckets[i]);
    if (here > 0 && below + here >= wanted) {
      const double from = i == 0 ? 0 : duration_bounds[i - 1];
      return from + (duration_bounds[i] - from) * (wanted - below) / here;
    }
    below += here;
  }
  return duration_bounds.back();
}

} // namespace tempest::metrics
