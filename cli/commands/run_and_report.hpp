// What all ways to run have in common: the log, the plan, signals, the status line, the report.
#pragma once

#include <functional>

#include "cli/commands/run_flags.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_options.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::cli {

using runner =
    std::function<service::run_report(const service::assembly&, const service::run_options&)>;

// The Topology.toml and the overrides that the flags name. Throws base::failure(usage) for an
// override that is none, base::failure(no_input) where there is no project.
[[nodiscard]] service::assembly_request assembly_request_of(const run_flags& asked);

// Assembles, runs, prints and writes what became of it. Returns the exit code. Throws base::failure
// for what is wrong before the run.
[[nodiscard]] int run_and_report(const run_flags& asked, const service::assembly_request& request,
                                 const runner& run);

} // namespace tempest::cli
