// Why a delivery ended badly, on its way into a report.
#pragma once

#include <string_view>

#include "runtime/engine/handover.hpp"

namespace tempest::worker {

// Gives `result`, which is to be part of `report`, its reason: as much of it as is kept, so that a
// careless task cannot fill the memory with it; whole UTF-8 characters.
void add_reason(engine::worker_report& report, engine::result& result, std::string_view reason);

} // namespace tempest::worker
