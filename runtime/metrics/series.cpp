#include "runtime/metrics/series.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <cmath>

namespace tempest::metrics {

const char* word(kind type) {
  switch (type) {
    case kind::counter:
      return "counter";
    case kind::gauge:
      return "gauge";
    case kind::histogram:
      return "histogram";
    case kind::none:
      break;
  }
  return "unknown kind";
}

} // namespace tempest::metrics

void tempest_metric::update(double observed) noexcept {
  if (std::isnan(observed)) return;
  if (auto* const gauge = std::get_if<prometheus::Gauge*>(&in)) return (*gauge)->Set(observed);
  if (std::isinf(observed)) return;
  if (auto* const counter = std::get_if<prometheus::Counter*>(&in)) {
    if (observed >= 0) (*counter)->Increment(observed);
  } else if (auto* const histogram = std::get_if<prometheus::Histogram*>(&in)) {
    (*histogram)->Observe(observed);
  }
}

void tempest_metric::observe(const std::vector<double>& buckets, double sum) {
  if (auto* const histogram = std::get_if<prometheus::Histogram*>(&in)) {
    (*histogram)->ObserveMultiple(buckets, sum);
  }
}
