// `tempest run task NAME...`: workers of some tasks, for topologies elsewhere.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "runtime/net/address.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_options.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::service {

struct task_options {
  std::vector<net::address> topologies; // each may stand for several hosts
  std::chrono::milliseconds max_backoff{30'000};
  std::string name; // of this process, for the topologies' people
};

// Serves the tasks of which `plan` has the plugin, until a limit of `options` is reached or a stop
// is requested; idle = a topology was there, and nothing came or is in hand for that long. Then
// gives back what is not begun, lets what is begun finish within graceful_shutdown, reports it and
// leaves. Never throws for what a plugin or a topology does: that is in the report, which has no
// source. Exit codes: 0; 69 when no topology was ever reached or the system refused a thread; 75
// when deliveries were still in hand at the end, which their topology hands out again; 78 when a
// plugin could not be created. Throws base::failure(bad_config) when files of [tls] cannot be used.
[[nodiscard]] run_report run_task_process(const assembly& plan, const run_options& options,
                                          const task_options& to);

} // namespace tempest::service
