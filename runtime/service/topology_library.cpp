#include "runtime/service/topology_library.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/plugin_text.hpp"

namespace tempest::service {
namespace {

std::string text(tempest_slice slice) {
  return std::string(base::view(slice));
}

config::library_topology& self(void* pointer) {
  return *static_cast<config::library_topology*>(pointer);
}

const tempest_descriptor* topology_of(const plugin::catalogue& plugins,
                                      const std::string& library) {
  for (const std::string& name : plugins.names(TEMPEST_KIND_TOPOLOGY)) {
    if (const auto* one = plugins.find_in(library, TEMPEST_KIND_TOPOLOGY, name)) {
      return one->descriptor;
    }
  }
  return nullptr;
}

} // namespace

std::optional<config::library_topology> read_topology_library(const plugin::catalogue& plugins,
                                                              const std::string& library,
                                                              base::problems& found) {
  const auto fail = [&](std::string why) {
    found.push_back({base::severity::error, {library, 0, 0}, std::move(why), {}});
    return std::nullopt;
  };
  for (const plugin::rejected_library& one : plugins.rejected()) {
    if (one.path == library) return std::nullopt; // said elsewhere, with its reason
  }
  const tempest_descriptor* descriptor = topology_of(plugins, library);
  if (descriptor == nullptr)
    return fail("it is named as [topology] library and declares no topology");

  config::library_topology described;
  described.name = descriptor->name;
  described.library = library;
  tempest_topology_host host{};
  host.size = sizeof host;
  host.self = &described;
  host.task = [](void* pointer, tempest_slice name) { self(pointer).tasks.push_back(text(name)); };
  host.edge = [](void* pointer, tempest_slice from, tempest_slice to) {
    self(pointer).edges.emplace_back(text(from), text(to));
  };
  host.set = [](void* pointer, tempest_slice task, tempest_slice key, tempest_slice toml) {
    self(pointer).settings.push_back({text(task), text(key), text(toml)});
  };
  base::plugin_error error;
  const auto* functions = static_cast<const tempest_topology_functions*>(descriptor->functions);
  if (functions->build(&host, error.get()) == 0) {
    return fail(fmt::format("its topology '{}' could not be described: {}", descriptor->name,
                            error.text()));
  }
  for (const auto& one : described.settings) {
    const bool known = one.task.empty() || std::find(described.tasks.begin(), described.tasks.end(),
                                                     one.task) != described.tasks.end();
    if (!known) {
      return fail(fmt::format("its topology sets '{}' of a task '{}' that it does not have",
                              one.key, one.task));
    }
  }
  return described;
}

} // namespace tempest::service
