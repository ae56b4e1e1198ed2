// `tempest run topology`: source and engine in this process, the workers in task processes that
// connect to it.
#pragma once

#include "runtime/service/assembly.hpp"
#include "runtime/service/run_options.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::service {

// As run_standalone, with the same exit codes. `plan` needs no plugins of tasks. Throws
// base::failure(unavailable) when the address cannot be listened on, before anything is read.
[[nodiscard]] run_report run_topology(const assembly& plan, const run_options& options);

} // namespace tempest::service
