// Metrics as lines for people: those that have changed since they were last shown. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/metrics/exporters/exporter.hpp"
#include "runtime/metrics/exporters/interval.hpp"

namespace tempest::metrics {

class change_lines {
 public:
  struct line {
    std::string text; // `counter tempest_task_retries_total{topology="shop",task="split"} 3`
    std::string series;
    double value = 0;       // of a counter or gauge
    bucket_counts observed; // of a histogram
  };

  explicit change_lines(std::string prefix) : prefix_(std::move(prefix)) {}

  // A line for each series that has changed. What was never shown and counts nothing yet has not.
  // Of a histogram: count and sum so far; p50 and p99 of what came since it was shown.
  [[nodiscard]] std::vector<line> changed(const families& now) const;
  // That line was shown.
  void shown(const line& one);

 private:
  struct last {
    double value = 0;
    bucket_counts observed;
  };

  const std::string prefix_;
  std::map<std::string, last, std::less<>> shown_;
};

} // namespace tempest::metrics
