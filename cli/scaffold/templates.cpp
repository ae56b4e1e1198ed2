#include "cli/scaffold/templates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/output/hint.hpp"
#include "runtime/base/error.hpp"
#include "runtime/config/document.hpp"

namespace tempest::cli::scaffold {
namespace {

namespace fs = std::filesystem;

constexpr const char* manifest_file = "template.toml";
constexpr const char* common_folder = "common"; // what every template has, unless it has its own
// Files of a template carry this ending where the name alone would mean something in the template's
// own folder, such as .gitignore.
constexpr const char* neutral_ending = ".in";

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    throw base::failure(base::exit_code::io, fmt::format("cannot read {}", path.string()));
  }
  return text.str();
}

[[noreturn]] void broken(const fs::path& path, const std::string& reason) {
  throw base::failure(base::exit_code::internal,
                      fmt::format("the template {} is broken: {}", path.string(), reason));
}

std::string text_of(const config::table& keys, std::string_view key, const fs::path& where) {
  const auto found = keys.find(key);
  if (found == keys.end() || found->second.text() == nullptr) {
    broken(where, fmt::format("'{}' must be a string", key));
  }
  return *found->second.text();
}

void read_manifest(const fs::path& path, manifest& into) {
  base::problems found;
  const config::document parsed = config::parse_file(path.string(), found);
  if (base::has_errors(found)) broken(path, found.front().line());
  const config::table& root = *parsed.root.entries();
  into.summary = text_of(root, "summary", path);
  const auto variables = root.find("variable");
  if (variables == root.end()) return;
  if (variables->second.items() == nullptr) broken(path, "'variable' must be [[variable]]");
  for (const config::value& one : *variables->second.items()) {
    const config::table& keys = *one.entries();
    into.variables.push_back(
        {text_of(keys, "name", path), text_of(keys, "help", path), text_of(keys, "default", path)});
  }
}

// All files below `root`; one that is there already stays.
void add_files(const fs::path& root, manifest& into) {
  for (const auto& one : fs::recursive_directory_iterator(root)) {
    std::string path = fs::relative(one.path(), root).string();
    if (!one.is_regular_file() || path == manifest_file) continue;
    if (path.ends_with(neutral_ending)) path.resize(path.size() - 3);
    if (std::ranges::find(into.files, path, &file::path) != into.files.end()) continue;
    into.files.push_back({path, read_file(one.path())});
  }
}

} // namespace

std::vector<std::string> template_names(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (fs::is_regular_file(at->path() / manifest_file)) {
      names.push_back(at->path().filename().string());
    }
  }
  if (error) {
    throw base::failure(base::exit_code::no_input,
                        fmt::format("the templates should be in {}: {}; is the installation whole?",
                                    folder, error.message()));
  }
  std::ranges::sort(names);
  return names;
}

manifest read_template(const std::string& folder, const std::string& name) {
  const std::vector<std::string> known = template_names(folder);
  if (std::ranges::find(known, name) == known.end()) {
    throw base::failure(base::exit_code::no_input,
                        fmt::format("there is no template '{}'{}; there are {}", name,
                                    did_you_mean(name, known), fmt::join(known, ", ")));
  }
  manifest made{name, {}, {}, {}};
  read_manifest(fs::path(folder) / name / manifest_file, made);
  add_files(fs::path(folder) / name, made);
  if (const fs::path common = fs::path(folder) / common_folder; fs::is_directory(common)) {
    add_files(common, made);
  }
  std::ranges::sort(made.files, {}, &file::path);
  return made;
}

} // namespace tempest::cli::scaffold
