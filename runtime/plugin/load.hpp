// Loads a library for good: it stays as long as the process.
#pragma once

#include <tempest/abi.h>

#include <string>

namespace tempest::plugin {

// Runs the library's static constructors and asks for its description; nullptr with the reason when
// it cannot be used. Only for files that look_at() called a plugin. Not thread-safe.
[[nodiscard]] const tempest_library* load(const std::string& path, std::string& reason);

} // namespace tempest::plugin
