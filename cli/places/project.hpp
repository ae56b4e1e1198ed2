// The project around the current folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tempest::cli {

inline constexpr const char* topology_file = "Topology.toml";

// The nearest folder with a Topology.toml, from `folder` upwards, as an absolute path.
[[nodiscard]] std::optional<std::string> find_project(const std::string& folder);

// That of the current folder. Throws base::failure(no_input), saying how to make one.
[[nodiscard]] std::string require_project();

// Its Topology.toml, as a path from the current folder: what messages name is what people see
// there.
[[nodiscard]] std::string require_topology_file();

// The libraries that Topology.toml of that project names, absolute; whatever else is wrong with the
// file is passed over here: `tempest check` is for that.
[[nodiscard]] std::vector<std::string> named_libraries(const std::string& project);

// Makes the folder of Topology.toml the current one: relative paths in it start there, also those
// that plugins open. Throws base::failure(no_input).
void enter_folder(const std::string& folder);

} // namespace tempest::cli
