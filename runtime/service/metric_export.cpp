#include "runtime/service/metric_export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/metrics/exporters/console.hpp"
#include "runtime/metrics/exporters/file.hpp"
#include "runtime/metrics/exporters/graphite.hpp"
#include "runtime/metrics/exporters/log.hpp"
#include "runtime/metrics/exporters/prometheus_push.hpp"
#include "runtime/metrics/exporters/statsd.hpp"
#include "runtime/net/address.hpp"
#include "runtime/service/begun_table.hpp"

namespace tempest::service {
namespace {

using config::metric_target;
using config::metric_target_type;

std::string with_instance(std::string path, const std::string& instance) {
  constexpr std::string_view word = "{instance}";
  for (std::size_t at = 0; (at = path.find(word, at)) != std::string::npos;) {
    path.replace(at, word.size(), instance);
    at += instance.size();
  }
  return path;
}

std::unique_ptr<metrics::exporter> make_statsd(const metric_target& target,
                                               const std::string& topology,
                                               const std::string& instance) {
  const net::address to = net::parse_address(target.host).value();
  return metrics::make_statsd_exporter({.host = to.host,
                                        .port = to.port,
                                        .form = {.prefix = target.prefix,
                                                 .instance = instance,
                                                 .tags = target.tags,
                                                 .max_datagram_bytes = target.max_datagram_bytes},
                                        .topology = topology});
}

std::unique_ptr<metrics::exporter> make_graphite(const metric_target& target,
                                                 const std::string& topology,
                                                 const std::string& instance) {
  const net::address to = net::parse_address(target.host).value();
  return metrics::make_graphite_exporter(
      {.host = to.host,
       .port = to.port,
       .form = {.prefix = target.prefix, .instance = instance, .tags = target.tags},
       .max_buffer_bytes = target.max_buffer_bytes,
       .topology = topology});
}

std::unique_ptr<metrics::exporter> make_exporter(const metric_target& target,
                                                 const std::string& topology,
                                                 const std::string& instance) {
  switch (target.type) {
    case metric_target_type::log:
      return metrics::make_log_exporter({target.level, target.prefix, topology});
    case metric_target_type::file:
      return metrics::make_file_exporter({.path = with_instance(target.path, instance),
                                          .clobber = target.clobber,
                                          .max_file_bytes = target.max_file_bytes,
                                          .max_files = target.max_files,
                                          .prefix = target.prefix,
                                          .instance = instance});
    case metric_target_type::statsd:
      return make_statsd(target, topology, instance);
    case metric_target_type::graphite:
      return make_graphite(target, topology, instance);
    case metric_target_type::prometheus_push:
      return metrics::make_prometheus_push_exporter(
          {target.uri, target.job.empty() ? topology : target.job, instance, target.prefix});
    case metric_target_type::console:
      break;
  }
  return metrics::make_console_exporter(target.prefix, STDOUT_FILENO);
}

} // namespace

metric_export::metric_export(const config::settings& settings, const metrics::registry& shown,
                             const std::string& instance) {
  if (settings.metric.targets.empty()) return;
  const std::string name = name_of(settings, instance);
  for (const metric_target& target : settings.metric.targets) {
    try {
      threads_.push_back(std::make_unique<metrics::export_thread>(
          shown, make_exporter(target, settings.name, name),
          metrics::export_settings{settings.name, target.flush_interval, settings.metric.timeout}));
    } catch (const base::failure& refused) {
      base::log(base::log_level::warn, fmt::format("{}; the run goes on without", refused.what()),
                {.topology = settings.name});
    }
  }
}

std::string metric_export::name_of(const config::settings& settings, const std::string& given) {
  if (!given.empty()) return given;
  try {
    name_ = std::make_unique<instance_name>(state_folder(), settings.name);
    return name_->text();
  } catch (const base::failure& why) {
    std::string name = passing_name();
    base::log(base::log_level::warn,
              fmt::format("cannot find a lasting name for this process: {}; its metrics are those "
                          "of {} until it ends (--instance gives it a name, XDG_STATE_HOME a "
                          "folder that can be written)",
                          why.what(), name),
              {.topology = settings.name});
    return name;
  }
}

bool metric_export::finish(const stop_request* stop, run_health& health) {
  const auto hurried = [&] {
    health.beat(base::steady_ns());
    return stop != nullptr && stop->count.load() >= 2;
  };
  for (const auto& one : threads_) one->ask_to_finish();
  bool all = true;
  for (const auto& one : threads_) all = one->finish(hurried) && all;
  return all;
}

} // namespace tempest::service
