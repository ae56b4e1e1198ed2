// Lays the command line over the file over what a topology library says: one tree of values.
#pragma once

#include <vector>

#include "runtime/config/document.hpp"
#include "runtime/config/library_topology.hpp"
#include "runtime/config/overrides.hpp"

namespace tempest::config {

// The merged root table. Problems: [[edge]] beside a library, a [[task]] that the library does not
// have, an override of a task or key that cannot be.
[[nodiscard]] value merge_layers(const document& parsed, const library_topology* library,
                                 const std::vector<override_value>& overrides,
                                 base::problems& found);

} // namespace tempest::config
