// Where this `tempest` lives and what came with it: the same layout in the build tree, below any
// prefix and in /usr.
#pragma once

#include <string>

namespace tempest::cli {

struct installation {
  std::string executable; // absolute, links resolved
  std::string prefix;     // the folder above the executable's bin/
  std::string templates;  // PREFIX/share/tempest/templates
};

// Asks the system for the path of the running executable; touches nothing else.
[[nodiscard]] installation own_installation();

} // namespace tempest::cli
