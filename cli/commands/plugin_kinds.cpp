#include "cli/commands/plugin_kinds.hpp"

#include <filesystem>

#include "cli/commands/verbs.hpp"
#include "cli/places/project.hpp"
#include "runtime/plugin/search.hpp"

namespace tempest::cli {
namespace {

verb kind_verb(const plugin_kind& of, const std::string& summary, const std::string& sample) {
  verb made;
  made.name = of.many;
  made.summary = summary;
  made.children = {list_verb(of), show_verb(of)};
  made.examples = {{"tempest " + of.many + " list", "which there are"},
                   {"tempest " + of.many + " show " + sample, "its options"}};
  return made;
}

} // namespace

plugin::catalogue find_plugins() {
  std::error_code error;
  const auto project = find_project(std::filesystem::current_path(error).string());
  if (!project) return plugin::search(plugin::default_places({}));
  return plugin::search(plugin::default_places(*project, named_libraries(*project)));
}

verb sources_verb() {
  return kind_verb({TEMPEST_KIND_SOURCE, "source", "sources"}, "What messages can come from.",
                   "mock");
}

verb sinks_verb() {
  return kind_verb({TEMPEST_KIND_SINK, "sink", "sinks"}, "Where messages can be written.", "file");
}

verb tasks_verb() {
  return kind_verb({TEMPEST_KIND_TASK, "task", "tasks"}, "The tasks of the project's libraries.",
                   "NAME");
}

} // namespace tempest::cli
