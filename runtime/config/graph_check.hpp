// The rules that a pipeline must keep; pure.
#pragma once

#include "runtime/base/error.hpp"
#include "runtime/config/settings.hpp"

namespace tempest::config {

// Appends a problem for each broken rule: no task, duplicate task, task named root, edge with an
// unknown task (with the nearest name), self edge, duplicate edge, cycle (printed as a -> b -> a),
// no root, more than one root, unreachable task, edge out of a sink task. Places are those of the
// task or edge at fault.
void check_graph(const settings& checked, base::problems& found);

// Position in settings.tasks of the one task without an incoming edge; only for a graph that passed
// check_graph.
[[nodiscard]] std::size_t root_task(const settings& checked);

} // namespace tempest::config
