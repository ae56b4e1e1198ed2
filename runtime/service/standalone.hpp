// `tempest run standalone`: source, engine and workers as threads of this process.
#pragma once

#include "runtime/service/assembly.hpp"
#include "runtime/service/run_options.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::service {

// Runs until the source ends, a limit of `options` is reached or a stop is requested, then shuts
// down as promised (G9). The assembly must be runnable. Logs through base/log. Never throws for
// what a plugin or broker does: that is in the report. Exit codes in the report: 0; 1 when messages
// failed for good and are left to the source; 69 when the source was never reached or the system
// refused a thread; 75 when messages were abandoned; 78 when a plugin could not be created.
[[nodiscard]] run_report run_standalone(const assembly& plan, const run_options& options);

} // namespace tempest::service
