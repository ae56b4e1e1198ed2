// Everything that a run needs, resolved and checked: settings, plugins, bound options. `tempest
// check` stops here, so it refuses what `run` refuses: same parser, same loader.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/overrides.hpp"
#include "runtime/config/settings.hpp"
#include "runtime/plugin/catalogue.hpp"
#include "runtime/plugin/options.hpp"

namespace tempest::service {

// A plugin with the options it will be created with. `descriptor` lives as long as the process.
struct plugin_plan {
  const tempest_descriptor* descriptor = nullptr;
  std::string library;
  plugin::bound_options options;
};

struct task_plan {
  config::task_settings settings;
  plugin_plan plugin;                  // without a descriptor when the task runs in another process
  std::vector<std::uint32_t> children; // positions in assembly::tasks
};

struct assembly {
  config::settings settings;
  plugin_plan source;
  tempest_source_traits traits{}; // what the source promises with these options
  std::vector<task_plan> tasks;   // in the order of settings.tasks
  std::uint32_t root = 0;
  std::optional<plugin_plan> dead_letter;
  plugin::catalogue plugins;
  base::problems found; // errors and warnings; runnable only without errors

  [[nodiscard]] bool runnable() const { return !base::has_errors(found); }
};

// Which plugins a process needs: those of the others need not be there.
struct process_part {
  bool topology = true; // source and dead letters
  bool all_tasks = true;
  std::vector<std::string> tasks{}; // these, unless all
};

struct assembly_request {
  std::string config_path; // a file, or a folder with a Topology.toml
  std::vector<config::override_value> overrides;
  process_part part{};
};

// Parses, searches, loads, binds and checks. No constructor of a plugin is run and no network is
// touched. Throws base::failure(no_input) when the file is not there; everything else is in
// `found`.
[[nodiscard]] assembly assemble(const assembly_request& request);

// The functions of the planned source.
[[nodiscard]] const tempest_source_functions* source_functions(const assembly& plan);

} // namespace tempest::service
