// What a histogram has observed since it was last looked at, and what that says of a typical
// observation. Pure.
#pragma once

#include <prometheus/client_metric.h>

#include <cstdint>
#include <vector>

namespace tempest::metrics {

// How many observations each bucket has, and no longer together with those below it.
struct bucket_counts {
  std::vector<double> bounds; // upper ones; the last is infinite
  std::vector<std::uint64_t> counts;
  std::uint64_t total = 0;
  double sum = 0;
};

[[nodiscard]] bucket_counts counts_of(const prometheus::ClientMetric::Histogram& of);

// What `now` has beyond `before`, which may be empty: nothing was seen yet. A histogram only grows.
[[nodiscard]] bucket_counts since(const bucket_counts& now, const bucket_counts& before);

// The value below which the part `q` (0 to 1) of the observations lies (metrics/quantile.hpp).
// Needs an observation.
[[nodiscard]] double quantile(const bucket_counts& of, double q);

// For each bucket a value that lies in it, so that all observations together, each as large as its
// bucket's, have the sum that was observed (as far as the buckets allow).
[[nodiscard]] std::vector<double> representatives(const bucket_counts& of);

} // namespace tempest::metrics
