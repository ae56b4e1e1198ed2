// From a parsed file and what a topology library says to settings.
#pragma once

#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/document.hpp"
#include "runtime/config/library_topology.hpp"
#include "runtime/config/overrides.hpp"
#include "runtime/config/settings.hpp"

namespace tempest::config {

// Interprets, validates and merges: command line > file > topology library > default. All problems
// are reported at once. `library` is nullptr when the file names none.
[[nodiscard]] settings interpret(const document& parsed, const library_topology* library,
                                 const std::vector<override_value>& overrides,
                                 base::problems& found);

} // namespace tempest::config
