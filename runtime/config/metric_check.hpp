// What the targets of [metric] must not be beside each other, and beside what the topology has.
#pragma once

#include "runtime/config/settings.hpp"

namespace tempest::config {

// Adds an error for each target that would write over another one's file or group, or over the
// topology's own file, its library or one of a task. Compares paths as they are written: what
// links lead to is not looked at.
void check_metric_targets(const settings& topology, base::problems& found);

} // namespace tempest::config
