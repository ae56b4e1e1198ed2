#include "runtime/metrics/series.hpp"

#include <algorithm>
#include <cmath>

namespace {

void add(std::atomic<double>& sum, double value) noexcept {
  sum.fetch_add(value, std::memory_order_relaxed);
}

} // namespace

tempest_metric::tempest_metric(tempest::metrics::kind type) : kind(type) {
  if (type == tempest::metrics::kind::histogram) {
    buckets = std::make_unique<tempest::metrics::bucket_counters>();
  }
}

void tempest_metric::update(double observed) noexcept {
  using tempest::metrics::bucket_bounds;
  switch (kind) {
    case tempest::metrics::kind::none:
      return;
    case tempest::metrics::kind::counter:
      if (std::isfinite(observed) && observed >= 0) add(value, observed);
      return;
    case tempest::metrics::kind::gauge:
      if (!std::isnan(observed)) value.store(observed, std::memory_order_relaxed);
      return;
    case tempest::metrics::kind::histogram: {
      if (!std::isfinite(observed)) return;
      const auto* found = std::lower_bound(bucket_bounds.begin(), bucket_bounds.end(), observed);
      const auto index = static_cast<std::size_t>(found - bucket_bounds.begin());
      (*buckets)[index].fetch_add(1, std::memory_order_relaxed);
      add(value, observed);
      return;
    }
  }
}
