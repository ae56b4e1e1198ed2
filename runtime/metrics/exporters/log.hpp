// Metrics into the log of the process: those that have changed, a line each.
#pragma once

#include <memory>
#include <string>

#include "runtime/base/log.hpp"
#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

struct log_export {
  base::log_level level = base::log_level::info;
  std::string prefix{};
  std::string topology;
};

[[nodiscard]] std::unique_ptr<exporter> make_log_exporter(log_export settings);

} // namespace tempest::metrics
