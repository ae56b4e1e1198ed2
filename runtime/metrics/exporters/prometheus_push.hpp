// Metrics to a Prometheus push gateway, over HTTP.
#pragma once

#include <memory>
#include <string>

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

struct prometheus_push_export {
  std::string uri; // of the gateway: http or https, with USER:PASSWORD@ where it asks for that
  std::string job;
  std::string instance{};
  std::string prefix{};
};

// The whole registry in one request, which replaces what this job and instance had pushed. That
// stays in the gateway at the end, so that it can be scraped.
[[nodiscard]] std::unique_ptr<exporter> make_prometheus_push_exporter(
    prometheus_push_export settings);

// What is wrong with such a uri, and repeats nothing of it, since it may hold a password; empty
// when nothing is.
[[nodiscard]] std::string push_uri_fault(const std::string& uri);

// Where that is pushed to: URI/metrics/job/JOB/instance/INSTANCE, with names that cannot stand in a
// path in base64. Of a uri without fault.
[[nodiscard]] std::string push_url(const std::string& uri, const std::string& job,
                                   const std::string& instance);

} // namespace tempest::metrics
