#include "runtime/metrics/quantile.hpp"

#include <numeric>

namespace tempest::metrics {

std::optional<double> quantile(std::span<const double> bounds,
                               std::span<const std::uint64_t> buckets, double q) {
  const auto all =
      static_cast<double>(std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0}));
  if (all == 0) return std::nullopt;
  const double wanted = q * all;
  double below = 0;
  double lower = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(buckets[i]);
    if (here > 0 && below + here >= wanted) {
      return lower + (bounds[i] - lower) * (wanted - below) / here;
    }
    below += here;
    lower = bounds[i];
  }
  return lower;
}

} // namespace tempest::metrics
