#include "runtime/plugin/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "runtime/plugin/elf_check.hpp"
#include "runtime/plugin/incompatibility.hpp"
#include "runtime/plugin/load.hpp"
#include "runtime/plugin/probe.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

class searcher {
 public:
  explicit searcher(const search_places& places) : places_(places) {}

  catalogue run() {
    for (const std::string& named : places_.libraries) consider(named, "Topology.toml", true);
    for (const std::string& folder : places_.path_folders) {
      look_into(folder, "TEMPEST_PLUGIN_PATH");
    }
    if (!places_.project_build.empty()) look_into(places_.project_build, "the project's build/");
    if (!places_.install_folder.empty()) look_into(places_.install_folder, "the installation");
    return std::move(found_);
  }

 private:
  void look_into(const std::string& folder, const std::string& place) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (at->path().extension() == ".so") files.push_back(at->path().string());
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) consider(file, place, false);
  }

  void consider(const std::string& file, const std::string& place, bool named) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (!seen_.insert(error ? file : real.string()).second) return;
    const look seen = look_at(file);
    if (seen.kind != library_kind::plugin) {
      const bool matters = named || seen.kind == library_kind::broken;
      return found_.reject({file, seen.reason, matters});
    }
    std::string reason;
    if (!places_.probe_program.empty()) {
      reason = probe(file, places_.probe_program, places_.cache_folder);
    }
    const tempest_library* library = reason.empty() ? load(file, reason) : nullptr;
    if (library == nullptr) return found_.reject({file, reason, true});
    add(*library, file, place);
  }

  void add(const tempest_library& library, const std::string& file, const std::string& place) {
    for (std::uint32_t i = 0; i < library.count; ++i) {
      const tempest_descriptor* one = library.descriptors[i];
      if (!is_known_kind(one->kind)) continue;
      const auto kind = static_cast<tempest_kind>(one->kind);
      const entry* earlier = found_.find(kind, one->name);
      if (earlier != nullptr) note_double(*earlier, *one, file, place);
      found_.add({one, file});
      origin_.emplace(one, place);
    }
  }

  void note_double(const entry& earlier, const tempest_descriptor& one, const std::string& file,
                   const std::string& place) {
    const auto origin = origin_.find(earlier.descriptor);
    const bool same_place = origin != origin_.end() && origin->second == place;
    const char* kind = kind_name(one.kind);
    if (same_place && place != "Topology.toml") {
      found_.note({base::severity::error,
                   {file, 0, 0},
                   fmt::format("two libraries in one place offer the {} '{}': {} and {}", kind,
                               one.name, earlier.library, file),
                   "remove one, or name the wanted one with `library` in Topology.toml"});
      return;
    }
    found_.note({base::severity::warning,
                 {file, 0, 0},
                 fmt::format("its {} '{}' is hidden by that of {}, which comes first", kind,
                             one.name, earlier.library),
                 {}});
  }

  const search_places& places_;
  catalogue found_;
  std::set<std::string> seen_;
  std::map<const tempest_descriptor*, std::string> origin_;
};

std::vector<std::string> split(const char* list) {
  std::vector<std::string> parts;
  std::string_view rest = list == nullptr ? "" : list;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    if (colon != 0) parts.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  }
  return parts;
}

std::string cache_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/tempest";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.cache/tempest";
  return {};
}

} // namespace

search_places default_places(const std::string& project_folder,
                             std::vector<std::string> named_libraries) {
  search_places places;
  places.libraries = std::move(named_libraries);
  places.path_folders = split(std::getenv("TEMPEST_PLUGIN_PATH"));
  if (!project_folder.empty()) places.project_build = project_folder + "/build";
  const std::string own = own_folder();
  places.install_folder = own + "/plugins";
  places.probe_program = own + "/tempest-probe";
  places.cache_folder = cache_folder();
  return places;
}

catalogue search(const search_places& places) {
  return searcher(places).run();
}

} // namespace tempest::plugin
