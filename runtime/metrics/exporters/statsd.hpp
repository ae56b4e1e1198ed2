// Metrics to a statsd daemon, over UDP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/metrics/exporters/statsd_packets.hpp"

namespace tempest::metrics {

struct statsd_export {
  std::string host; // a name or a number
  std::uint16_t port = 0;
  statsd_form form;
  std::string topology; // for the log
};

// A daemon that is away is noticed where its host says so, as this one does of itself: then what
// was not received is sent again with the next flush.
[[nodiscard]] std::unique_ptr<exporter> make_statsd_exporter(statsd_export settings);

} // namespace tempest::metrics
