#include "runtime/metrics/exporters/interval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "runtime/metrics/quantile.hpp"

namespace tempest::metrics {

bucket_counts counts_of(const prometheus::ClientMetric::Histogram& of) {
  bucket_counts made;
  std::uint64_t below = 0;
  for (const prometheus::ClientMetric::Bucket& one : of.bucket) {
    made.bounds.push_back(one.upper_bound);
    made.counts.push_back(one.cumulative_count - below);
    below = one.cumulative_count;
  }
  made.total = below;
  made.sum = of.sample_sum;
  return made;
}

bucket_counts since(const bucket_counts& now, const bucket_counts& before) {
  if (before.counts.size() != now.counts.size()) return now;
  bucket_counts made = now;
  for (std::size_t i = 0; i < made.counts.size(); ++i) made.counts[i] -= before.counts[i];
  made.total -= before.total;
  made.sum -= before.sum;
  return made;
}

double quantile(const bucket_counts& of, double q) {
  const std::span<const double> finite = std::span(of.bounds).first(of.bounds.size() - 1);
  return quantile(finite, of.counts, q).value();
}

std::vector<double> representatives(const bucket_counts& of) {
  const std::size_t finite = of.counts.size() - 1; // the last one is infinite
  const auto number = [&](std::size_t i) { return static_cast<double>(of.counts[i]); };
  const auto lower = [&](std::size_t i) { return i == 0 ? 0.0 : of.bounds[i - 1]; };
  double least = 0;  // were all at the lower end of their bucket
  double spread = 0; // and how much more at the upper end
  for (std::size_t i = 0; i < finite; ++i) {
    least += number(i) * lower(i);
    spread += number(i) * (of.bounds[i] - lower(i));
  }
  const bool beyond = of.counts[finite] > 0;
  const bool tells = std::isfinite(of.sum); // and is not beyond all numbers
  double place = 0.5;                       // of all of them in their buckets
  if (tells && !beyond && spread > 0) place = std::clamp((of.sum - least) / spread, 0.0, 1.0);
  std::vector<double> made;
  for (std::size_t i = 0; i < finite; ++i) {
    made.push_back(lower(i) + place * (of.bounds[i] - lower(i)));
  }
  const double rest = of.sum - least - place * spread;
  made.push_back(tells && beyond ? std::max(lower(finite), rest / number(finite)) : lower(finite));
  return made;
}

} // namespace tempest::metrics
