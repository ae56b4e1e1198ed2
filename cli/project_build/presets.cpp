#include "cli/project_build/presets.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/base/error.hpp"

namespace tempest::cli {

namespace fs = std::filesystem;

std::string user_presets(const std::string& prefix) {
  const nlohmann::ordered_json preset = {{"name", "default"},
                                         {"binaryDir", "${sourceDir}/build"},
                                         {"cacheVariables", {{"Tempest_ROOT", prefix}}}};
  const nlohmann::ordered_json whole = {
      {"version", 3}, {"configurePresets", nlohmann::ordered_json::array({preset})}};
  return whole.dump(2) + "\n";
}

void restore_user_presets(const std::string& project, const std::string& prefix) {
  const fs::path path = fs::path(project) / user_presets_file;
  if (fs::exists(path)) return;
  std::ifstream list(fs::path(project) / "CMakeLists.txt");
  std::ostringstream text;
  text << list.rdbuf();
  if (text.str().find(user_presets_file) == std::string::npos) return;
  std::ofstream out(path);
  out << user_presets(prefix);
  out.close();
  if (!out) {
    throw base::failure(base::exit_code::io, fmt::format("cannot write {}", path.string()));
  }
}

} // namespace tempest::cli
