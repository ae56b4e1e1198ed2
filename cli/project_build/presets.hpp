// CMakeUserPresets.json: tells a plain `cmake` where this machine's Tempest is. It is no part of
// the project's repository, so a fresh clone is without it until `tempest build` comes by.
#pragma once

#include <string>

namespace tempest::cli {

inline constexpr const char* user_presets_file = "CMakeUserPresets.json";

// The file's text for the Tempest in `prefix`.
[[nodiscard]] std::string user_presets(const std::string& prefix);

// Writes it into `project` when its CMakeLists.txt reads it and it is not there; one that is there
// may hold more and stays. Throws base::failure(io) when it cannot be written.
void restore_user_presets(const std::string& project, const std::string& prefix);

} // namespace tempest::cli
