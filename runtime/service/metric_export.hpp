// Sends the metrics of a run to the targets of [metric].
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/config/settings.hpp"
#include "runtime/metrics/exporters/export_thread.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/instance_name.hpp"
#include "runtime/service/run_health.hpp"
#include "runtime/service/run_options.hpp"

namespace tempest::service {

class metric_export {
 public:
  // From now on, a thread a target; nothing without any. `shown` outlives it. `instance` names this
  // process among those of its topology; empty: it finds a name. A target for which there is no
  // thread is warned of.
  metric_export(const config::settings& settings, const metrics::registry& shown,
                const std::string& instance);

  // At the end, when everything is in the registry: each target has it, or said why not, within
  // [metric] timeout, and at once after a second request to stop. The process is shown to be alive
  // meanwhile. False when a thread does not come back from a call of the system.
  [[nodiscard]] bool finish(const stop_request* stop, run_health& health);

 private:
  [[nodiscard]] std::string name_of(const config::settings& settings, const std::string& given);

  std::unique_ptr<instance_name> name_;
  std::vector<std::unique_ptr<metrics::export_thread>> threads_;
};

} // namespace tempest::service
