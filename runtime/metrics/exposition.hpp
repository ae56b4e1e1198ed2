// All metrics as text, for whoever scrapes them.
#pragma once

#include <string>
#include <vector>

#include "runtime/metrics/registry.hpp"

namespace tempest::metrics {

// The Content-Type of what follows.
inline constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

// As they stand, in the text format of Prometheus
// (prometheus.io/docs/instrumenting/exposition_formats). Any thread.
[[nodiscard]] std::string exposition(const registry& of);
// The same of what was collected.
[[nodiscard]] std::string exposition(std::vector<prometheus::MetricFamily> all);

} // namespace tempest::metrics
