// Metrics in the plaintext protocol of Graphite. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/metrics/exporters/exporter.hpp"
#include "runtime/metrics/exporters/interval.hpp"

namespace tempest::metrics {

struct graphite_form {
  std::string prefix{};
  std::string instance{};
  bool tags = true; // name;topology=shop;task=split; else labels become a part of the name
};

// Counters are totals. A histogram is its _count and _sum, both totals, and _p50, _p90 and _p99 of
// what it observed since the last time, where there was anything.
class graphite_lines {
 public:
  explicit graphite_lines(graphite_form form) : form_(std::move(form)) {}

  // Everything, each line with its end.
  [[nodiscard]] std::string next(const families& now, std::int64_t time_s);

 private:
  void add_histogram(std::string& text, const std::string& name, const std::string& labels,
                     bucket_counts now, std::int64_t time_s);
  void add(std::string& text, const std::string& name, const std::string& labels, double value,
           std::int64_t time_s) const;
  [[nodiscard]] std::string labels_of(const prometheus::ClientMetric& of) const;

  const graphite_form form_;
  std::map<std::string, bucket_counts, std::less<>> last_; // of histograms
};

} // namespace tempest::metrics
