// Metrics on standard output: those that have changed, a line each.
#pragma once

#include <memory>
#include <string>

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

// `descriptor`: where to write, in the end standard output. It is left open.
[[nodiscard]] std::unique_ptr<exporter> make_console_exporter(std::string prefix, int descriptor);

} // namespace tempest::metrics
