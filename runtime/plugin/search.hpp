// Finds plugin libraries, in the order of the contract: those named in Topology.toml,
// TEMPEST_PLUGIN_PATH, the project's build/, the installation's plugin folder. Of two libraries
// that offer one name the earlier place wins and a note says so; in one place it is an error note.
#pragma once

#include <string>
#include <vector>

#include "runtime/plugin/catalogue.hpp"

namespace tempest::plugin {

struct search_places {
  std::vector<std::string> libraries;    // named ones, absolute paths
  std::vector<std::string> path_folders; // TEMPEST_PLUGIN_PATH, split at ':'
  std::string project_build;             // absolute; empty = no project
  std::string install_folder;            // absolute; see own_folder()
  std::string probe_program;             // the probe helper; empty: load without a probe (tests)
  std::string cache_folder;              // where verdicts of the probe are kept; empty = not kept
};

// The places for a project folder (empty = none), from the environment and the place of this
// executable: works from the build tree, an install prefix and /usr.
[[nodiscard]] search_places default_places(const std::string& project_folder,
                                           std::vector<std::string> named_libraries = {});

// The folder of this installation that holds plugins/ and tempest-probe; works from the build tree,
// an install prefix and /usr, also when this code is linked into a shared library.
[[nodiscard]] std::string own_folder();

// Searches all places and loads what is sound. A file that is not a plugin at all is passed over
// silently in a folder and is an error when it was named. Never throws for a bad library: it is in
// rejected().
[[nodiscard]] catalogue search(const search_places& places);

} // namespace tempest::plugin
