// Metrics to Graphite's carbon, over TCP in its plaintext protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/metrics/exporters/graphite_lines.hpp"

namespace tempest::metrics {

struct graphite_export {
  std::string host; // a name or a number
  std::uint16_t port = 0;
  graphite_form form;
  std::size_t max_buffer_bytes = 1 << 20; // of what waits while it is away or slow
  std::string topology;                   // for the log
};

// What could not be sent keeps its time and is sent when Graphite is back.
[[nodiscard]] std::unique_ptr<exporter> make_graphite_exporter(graphite_export settings);

} // namespace tempest::metrics
