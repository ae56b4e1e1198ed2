// The readable end of a run. Pure.
#pragma once

#include <string>

#include "runtime/service/run_report.hpp"

namespace tempest::cli {

// What was read, handled, acknowledged and what became of the rest, as a few lines.
[[nodiscard]] std::string summary_text(const service::run_report& report);

} // namespace tempest::cli
