// `list` and `show`, the same for sources, sinks and tasks.
#pragma once

#include <string>

#include "cli/args/verb.hpp"
#include "runtime/plugin/catalogue.hpp"

namespace tempest::cli {

// Of which plugins a verb speaks.
struct plugin_kind {
  tempest_kind kind;
  std::string one;  // "source"
  std::string many; // "sources"
};

// All plugins that can be seen from the current folder: those of the project around it, if any, and
// those of the installation.
[[nodiscard]] plugin::catalogue find_plugins();

[[nodiscard]] verb list_verb(const plugin_kind& of);
[[nodiscard]] verb show_verb(const plugin_kind& of);

} // namespace tempest::cli
