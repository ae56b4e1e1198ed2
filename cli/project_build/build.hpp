// Builds a project with CMake: the work behind `tempest build` and `tempest test`.
#pragma once

#include <string>
#include <vector>

namespace tempest::cli {

enum class flavour { release, debug };
enum class parts { plugins, all }; // all: the project's tests too

struct built_project {
  std::string folder;               // with CMake's own files: PROJECT/build/.release
  std::vector<std::string> plugins; // names of the libraries now in PROJECT/build
  double seconds = 0;
};

// Where CMake builds that flavour.
[[nodiscard]] std::string build_folder(const std::string& project, flavour wanted);

// Configures when needed, builds, and puts the plugins into PROJECT/build. Shows progress on a
// terminal, warnings always, and everything the build said when it fails. Waits while another
// process builds there (see build_lock). Throws base::failure: failure when the build fails,
// unavailable without CMake, a compiler or a build program, no_input without a CMakeLists.txt.
[[nodiscard]] built_project build_project(const std::string& project, flavour wanted, parts which);

// Removes what builds of either flavour made: their folders and the plugins they put there.
void clean_project(const std::string& project);

} // namespace tempest::cli
