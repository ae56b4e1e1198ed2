#include "cli/places/project.hpp"

#include <filesystem>

#include "runtime/base/error.hpp"
#include "runtime/config/libraries.hpp"

namespace tempest::cli {

namespace fs = std::filesystem;

std::optional<std::string> find_project(const std::string& folder) {
  std::error_code error;
  fs::path at = fs::absolute(folder, error).lexically_normal();
  while (!at.empty()) {
    if (fs::is_regular_file(at / topology_file, error)) return at.string();
    if (at == at.root_path() || at == at.parent_path()) break;
    at = at.parent_path();
  }
  return std::nullopt;
}

std::string require_project() {
  std::error_code error;
  const std::string here = fs::current_path(error).string();
  if (auto found = find_project(here)) return *found;
  throw base::failure(
      base::exit_code::no_input,
      "there is no Topology.toml in " + here +
          " nor above it; go to a project's folder, or make one with `tempest new`");
}

std::string require_topology_file() {
  const fs::path file = fs::path(require_project()) / topology_file;
  std::error_code error;
  const fs::path from_here = fs::relative(file, error);
  return error || from_here.empty() ? file.string() : from_here.string();
}

std::vector<std::string> named_libraries(const std::string& project) {
  try {
    base::problems ignored;
    return config::named_libraries(
        config::parse_file((fs::path(project) / topology_file).string(), ignored));
  } catch (const base::failure&) {
    return {}; // unreadable: then it names nothing
  }
}

void enter_folder(const std::string& folder) {
  std::error_code error;
  fs::current_path(folder, error);
  if (error) {
    throw base::failure(base::exit_code::no_input,
                        "cannot go to " + folder + ": " + error.message());
  }
}

} // namespace tempest::cli
