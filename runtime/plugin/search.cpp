#include "runtime/plugin/search.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/plugin/elf_check.hpp"
#include "runtime/plugin/incompatibility.hpp"
#include "runtime/plugin/load.hpp"
#include "runtime/plugin/probe.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

// Where a library was found: of two that offer one name the earlier place wins.
struct place {
  std::string folder; // empty: named in Topology.toml
  std::string what;   // for people

  [[nodiscard]] bool named() const { return folder.empty(); }
};

class searcher {
 public:
  explicit searcher(const search_places& places) : places_(places) {}

  catalogue run() {
    for (const std::string& named : places_.libraries) consider(named, {{}, "Topology.toml"});
    for (const std::string& folder : places_.path_folders) {
      look_into({folder, "TEMPEST_PLUGIN_PATH"});
    }
    if (!places_.project_build.empty()) {
      look_into({places_.project_build, "the project's build/"});
    }
    if (!places_.install_folder.empty()) look_into({places_.install_folder, "the installation"});
    return std::move(found_);
  }

 private:
  void look_into(const place& where) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator at(where.folder, error), end; !error && at != end;
         at.increment(error)) {
      if (at->path().extension() == ".so") files.push_back(at->path().string());
    }
    // A project that is not built and an installation without plugins are nothing to speak of.
    const bool asked_for = where.what == "TEMPEST_PLUGIN_PATH";
    if (error && (asked_for || error != std::errc::no_such_file_or_directory)) {
      found_.note(
          {base::severity::warning,
           {where.folder, 0, 0},
           fmt::format("this folder of {} cannot be searched: {}", where.what, error.message()),
           {}});
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) consider(file, where);
  }

  void consider(const std::string& file, const place& where) {
    // One file under two spellings is one library; a named one is always answered for.
    if (const auto id = file_id(file)) {
      const auto [seen, fresh] = seen_.emplace(*id, std::string{});
      if (fresh) {
        seen->second = use(file, where);
      } else if (where.named() && !seen->second.empty()) {
        found_.reject({file, seen->second, true});
      }
    } else {
      use(file, where);
    }
  }

  static std::optional<std::pair<dev_t, ino_t>> file_id(const std::string& file) {
    struct stat about {};
    if (stat(file.c_str(), &about) != 0) return std::nullopt;
    return std::pair{about.st_dev, about.st_ino};
  }

  // Why it was rejected; empty when it is in use now.
  std::string use(const std::string& file, const place& where) {
    const look seen = look_at(file);
    if (seen.kind != library_kind::plugin) {
      const bool matters = where.named() || seen.kind == library_kind::broken;
      found_.reject({file, seen.reason, matters});
      return seen.reason;
    }
    std::string reason;
    if (!places_.probe_program.empty()) {
      reason = probe(file, places_.probe_program, places_.cache_folder);
    }
    const tempest_library* library = reason.empty() ? load(file, reason) : nullptr;
    if (library == nullptr) {
      found_.reject({file, reason, true});
    } else {
      add(*library, file, where);
    }
    return reason;
  }

  void add(const tempest_library& library, const std::string& file, const place& where) {
    for (std::uint32_t i = 0; i < library.count; ++i) {
      const tempest_descriptor* one = library.descriptors[i];
      if (!is_known_kind(one->kind)) continue;
      const auto kind = static_cast<tempest_kind>(one->kind);
      const entry* earlier = found_.find(kind, one->name);
      if (earlier != nullptr) note_double(*earlier, *one, file, where);
      found_.add({one, file});
      origin_.emplace(one, where.folder);
    }
  }

  void note_double(const entry& earlier, const tempest_descriptor& one, const std::string& file,
                   const place& where) {
    const bool same_place = origin_.at(earlier.descriptor) == where.folder;
    const char* kind = kind_name(one.kind);
    // Tasks and topologies of named libraries are asked for by library and name.
    const bool told_apart = one.kind == TEMPEST_KIND_TASK || one.kind == TEMPEST_KIND_TOPOLOGY;
    if (same_place && where.named() && told_apart) return;
    if (same_place) {
      found_.note({base::severity::error,
                   {file, 0, 0},
                   fmt::format("two libraries of {} offer the {} '{}': {} and {}", where.what, kind,
                               one.name, earlier.library, file),
                   "remove one of them"});
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
  std::map<std::pair<dev_t, ino_t>, std::string> seen_; // with the reason against it
  std::map<const tempest_descriptor*, std::string> origin_;
};

std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path made = fs::absolute(path, error);
  return error ? path : made.lexically_normal().string();
}

// Folders, separated by colons; empty ones mean nothing.
std::vector<std::string> split(const char* list) {
  std::vector<std::string> parts;
  std::string_view rest = list == nullptr ? "" : list;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    if (colon != 0) parts.push_back(absolute(std::string(rest.substr(0, colon))));
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
  if (!project_folder.empty()) places.project_build = absolute(project_folder + "/build");
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
