// Metrics as lines of JSON, one a series. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

// Everything, each line with its end:
//   {"time_ms":1,"instance":"web-0","name":"tempest_task_retries_total","type":"counter",
//    "labels":{"topology":"shop","task":"split"},"value":3}
// and of a histogram, instead of the value, "count", "sum" and those "buckets" that hold any:
//   [{"le":0.001,"count":2},{"le":null,"count":1}]      null: beyond the last bound
// A gauge that is infinite has the value null.
[[nodiscard]] std::string json_lines(const families& now, std::int64_t time_ms,
                                     const std::string& instance, const std::string& prefix);

} // namespace tempest::metrics
