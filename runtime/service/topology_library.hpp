// The pipeline that a topology library declares.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/error.hpp"
#include "runtime/config/library_topology.hpp"
#include "runtime/plugin/catalogue.hpp"

namespace tempest::service {

// Asks the topology of that library to describe itself; nothing, with a problem, when there is none
// or it fails.
[[nodiscard]] std::optional<config::library_topology> read_topology_library(
    const plugin::catalogue& plugins, const std::string& library, base::problems& found);

} // namespace tempest::service
