// Which libraries a file names: known before it is interpreted, since they complete it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/document.hpp"
#include "runtime/config/overrides.hpp"

namespace tempest::config {

// [topology] library as an absolute path, or empty.
[[nodiscard]] std::string topology_library(const document& parsed,
                                           const std::vector<override_value>& overrides = {});

// All libraries that the file or the command line names for the topology and for those tasks that
// `wanted` says yes to (empty: all), as absolute paths, each once, the topology's first: where to
// look for plugins before anything is interpreted.
[[nodiscard]] std::vector<std::string> named_libraries(
    const document& parsed, const std::vector<override_value>& overrides = {},
    const std::function<bool(std::string_view task)>& wanted = {});

} // namespace tempest::config
