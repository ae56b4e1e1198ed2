#include "runtime/service/assembly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/document.hpp"
#include "runtime/config/graph_check.hpp"
#include "runtime/config/interpret.hpp"
#include "runtime/config/libraries.hpp"
#include "runtime/plugin/incompatibility.hpp"
#include "runtime/plugin/search.hpp"
#include "runtime/service/network_check.hpp"
#include "runtime/service/topology_library.hpp"

namespace tempest::service {
namespace {

namespace fs = std::filesystem;

class assembler {
 public:
  explicit assembler(const assembly_request& request) : request_(request) {}

  assembly run() {
    const config::document parsed = config::parse_file(config_file(), made_.found);
    const std::string library = config::topology_library(parsed, request_.overrides);
    made_.plugins = plugin::search(plugin::default_places(
        parsed.folder, config::named_libraries(parsed, request_.overrides,
                                               [this](auto task) { return is_ours(task); })));
    std::optional<config::library_topology> declared;
    if (!library.empty()) {
      declared = read_topology_library(made_.plugins, library, made_.found);
      if (!declared) {
        report_named(library);
        return std::move(made_); // without its pipeline every further word would mislead
      }
    }
    made_.settings =
        config::interpret(parsed, declared ? &*declared : nullptr, request_.overrides, made_.found);
    check_network(made_.settings, made_.found);
    const process_part& part = request_.part;
    check_admin(made_.settings.admin, part.topology, part.all_tasks || !part.tasks.empty(),
                made_.found);
    check_metric(made_.settings.metric, made_.found);
    resolve();
    sort_by_place(parsed.file);
    return std::move(made_);
  }

 private:
  std::string config_file() const {
    std::error_code error;
    const std::string& path = request_.config_path;
    return fs::is_directory(path, error) ? (fs::path(path) / "Topology.toml").string() : path;
  }

  void complain(const base::location& where, std::string text, std::string hint = {}) {
    made_.found.push_back({base::severity::error, where, std::move(text), std::move(hint)});
  }
  void warn(const base::location& where, std::string text, std::string hint = {}) {
    made_.found.push_back({base::severity::warning, where, std::move(text), std::move(hint)});
  }

  // As one goes through the file; what has no place in it comes after.
  void sort_by_place(const std::string& file) {
    const auto place = [&](const base::problem& one) {
      const bool placed = one.where.file == file && one.where.line > 0;
      return std::tuple(!placed, placed ? one.where.line : 0, placed ? one.where.column : 0);
    };
    std::stable_sort(
        made_.found.begin(), made_.found.end(),
        [&](const base::problem& a, const base::problem& b) { return place(a) < place(b); });
  }

  void report_named(const std::string& library) {
    for (const plugin::rejected_library& one : made_.plugins.rejected()) {
      if (one.path == library) complain({one.path, 0, 0}, one.reason);
    }
  }

  // Names that the command line asks for and the topology does not have.
  void check_part() {
    std::vector<std::string> known;
    for (const config::task_settings& task : made_.settings.tasks) known.push_back(task.name);
    for (const std::string& name : request_.part.tasks) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      complain({made_.settings.file, 0, 0},
               fmt::format("topology '{}' has no task '{}'", made_.settings.name, name),
               base::did_you_mean(name, known));
    }
  }

  void resolve() {
    check_part();
    for (const base::problem& note : made_.plugins.notes()) {
      if (concerns_us(note)) made_.found.push_back(note);
    }
    if (request_.part.topology) resolve_source();
    for (const config::task_settings& task : made_.settings.tasks) {
      if (is_ours(task)) {
        resolve_task(task);
      } else {
        made_.tasks.push_back({task, {}, {}});
      }
    }
    if (request_.part.topology && made_.settings.dead_letter) resolve_dead_letter();
    if (base::has_errors(made_.found)) return;
    link_tasks();
    if (!request_.part.topology) return;
    warn_of_losses();
    warn_of_siblings();
  }

  // Of two libraries with one name only those that this topology uses are of interest here.
  bool concerns_us(const base::problem& note) const {
    const auto named = [&](const std::string& type) {
      return note.text.find("'" + type + "'") != std::string::npos;
    };
    if (named(made_.settings.source.plugin.type)) return true;
    if (made_.settings.dead_letter && named(made_.settings.dead_letter->type)) return true;
    return std::any_of(made_.settings.tasks.begin(), made_.settings.tasks.end(),
                       [&](const auto& task) { return named(task.plugin.type); });
  }

  plugin_plan plan(const plugin::entry& found, const config::plugin_use& use) {
    plugin_plan made;
    made.descriptor = found.descriptor;
    made.library = found.library;
    made.options = plugin::bind_options(*found.descriptor, use, made_.found);
    return made;
  }

  const plugin::entry* find(tempest_kind kind, const config::plugin_use& use) {
    if (use.type.empty()) return nullptr; // said before
    if (const auto* found = made_.plugins.find(kind, use.type)) return found;
    const char* word = plugin::kind_name(kind);
    std::string hint = base::did_you_mean(use.type, made_.plugins.names(kind));
    if (hint.empty()) hint = fmt::format("`tempest {}s list` shows what there is", word);
    for (const plugin::rejected_library& one : made_.plugins.rejected()) {
      if (one.matters && !is_said_elsewhere(one.path))
        hint += fmt::format("; {} was not loaded: {}", one.path, one.reason);
    }
    complain(use.where, fmt::format("there is no {} '{}'", word, use.type), hint);
    return nullptr;
  }

  // A library that a task names is refused where that task stands.
  bool is_said_elsewhere(const std::string& library) const {
    return std::any_of(made_.settings.tasks.begin(), made_.settings.tasks.end(),
                       [&](const auto& task) { return task.library == library; });
  }

  bool is_ours(const config::task_settings& task) const { return is_ours(task.name); }
  bool is_ours(std::string_view task) const {
    const process_part& part = request_.part;
    return part.all_tasks ||
           std::find(part.tasks.begin(), part.tasks.end(), task) != part.tasks.end();
  }

  void resolve_source() {
    const config::plugin_use& use = made_.settings.source.plugin;
    const plugin::entry* found = find(TEMPEST_KIND_SOURCE, use);
    if (found == nullptr) return;
    const bool sound = !base::has_errors(made_.found);
    made_.source = plan(*found, use);
    if (!sound || base::has_errors(made_.found)) return;
    made_.traits.size = sizeof made_.traits;
    source_functions(made_)->traits(made_.source.options.view(), &made_.traits);
    check_lease();
  }

  // A message that nobody renews is handed to others while its handler is still at work.
  void check_lease() {
    const config::limits& limit = made_.settings.limit;
    const bool renewed = made_.traits.lease_ms == 0 || source_functions(made_)->extend != nullptr;
    if (renewed || limit.msg_timeout.count() <= made_.traits.lease_ms) return;
    const bool given = !limit.msg_timeout_where.file.empty(); // a line it has in a file only
    complain(
        given ? limit.msg_timeout_where : made_.settings.source.plugin.where,
        fmt::format("msg_timeout{} is {} ms, longer than the lease of source '{}', {} ms, which "
                    "it does not renew: others would get a message while it is handled",
                    given ? "" : " (by default)", limit.msg_timeout.count(),
                    made_.settings.source.plugin.type, made_.traits.lease_ms),
        fmt::format("set msg_timeout in [topology] to at most {}, or the lease in "
                    "[source.config] to more",
                    made_.traits.lease_ms));
  }

  void resolve_task(const config::task_settings& task) {
    const tempest_kind kind = task.is_sink ? TEMPEST_KIND_SINK : TEMPEST_KIND_TASK;
    const plugin::entry* found = nullptr;
    if (!task.library.empty()) {
      for (const plugin::rejected_library& one : made_.plugins.rejected()) {
        if (one.path != task.library) continue;
        return complain(task.where, fmt::format("library {} of task '{}' cannot be used: {}",
                                                one.path, task.name, one.reason));
      }
      found = made_.plugins.find_in(task.library, kind, task.plugin.type);
      if (found == nullptr) {
        return complain(task.plugin.where, fmt::format("library {} offers no {} '{}'", task.library,
                                                       plugin::kind_name(kind), task.plugin.type));
      }
    } else {
      found = find(kind, task.plugin);
    }
    if (found == nullptr) return;
    task_plan made{task, plan(*found, task.plugin), {}};
    const bool single = (found->descriptor->flags & TEMPEST_TASK_SINGLE) != 0;
    if (!task.is_sink && single && task.workers > 1) {
      warn(task.where,
           fmt::format("task '{}' is only right with one worker, and has {}", task.name,
                       task.workers),
           "set workers = 1");
    }
    made_.tasks.push_back(std::move(made));
  }

  void resolve_dead_letter() {
    const config::plugin_use& use = *made_.settings.dead_letter;
    if (const auto* found = find(TEMPEST_KIND_SINK, use)) made_.dead_letter = plan(*found, use);
  }

  void link_tasks() {
    const auto position = [&](const std::string& name) {
      const auto& tasks = made_.settings.tasks;
      const auto at = std::find_if(tasks.begin(), tasks.end(),
                                   [&](const auto& task) { return task.name == name; });
      return static_cast<std::uint32_t>(at - tasks.begin());
    };
    for (const config::edge_settings& edge : made_.settings.edges) {
      made_.tasks[position(edge.from)].children.push_back(position(edge.to));
    }
    made_.root = static_cast<std::uint32_t>(config::root_task(made_.settings));
  }

  void warn_of_losses() {
    if (made_.traits.guarantee != TEMPEST_AT_LEAST_ONCE) {
      warn(made_.settings.source.plugin.where,
           fmt::format("source '{}' is at most once with these options: what is in flight when the "
                       "process dies is lost",
                       made_.settings.source.plugin.type));
    }
    for (const base::location& where : made_.settings.silent_policies) {
      warn(where,
           "there is no [dead_letter], and on_exhausted is not set: a message whose attempts are "
           "used "
           "up is left to its source",
           "add [dead_letter] with a sink, or choose on_exhausted in failure_policy: \"leave\", "
           "\"ack\" or \"stop\"");
    }
  }

  // One failure ends the whole message, whatever other branches would still do for it.
  void warn_of_siblings() {
    for (std::uint32_t i = 0; i < made_.tasks.size(); ++i) {
      const config::task_settings& task = made_.tasks[i].settings;
      if (task.policy.type == config::policy_type::retry) continue;
      const std::uint32_t other = patient_branch_beside(i);
      if (other == made_.tasks.size()) continue;
      const bool best_effort = task.policy.type == config::policy_type::best_effort;
      warn(
          task.where,
          fmt::format("task '{}' has failure_policy \"{}\": when it fails, its whole message is "
                      "{}, and what '{}', on another branch, has still to do or to try again of it "
                      "is given up",
                      task.name, best_effort ? "best_effort" : "none",
                      best_effort ? "acknowledged" : "left to its source",
                      made_.tasks[other].settings.name),
          "let both branches have one policy, or put one behind the other");
    }
  }

  // A task that tries again, and neither comes before this one nor after it; or their number.
  std::uint32_t patient_branch_beside(std::uint32_t task) const {
    const std::vector<bool> after = reached_from(task);
    for (std::uint32_t i = 0; i < made_.tasks.size(); ++i) {
      const bool patient = made_.tasks[i].settings.policy.type == config::policy_type::retry;
      if (patient && !after[i] && !reached_from(i)[task]) return i;
    }
    return static_cast<std::uint32_t>(made_.tasks.size());
  }

  std::vector<bool> reached_from(std::uint32_t task) const {
    std::vector<bool> reached(made_.tasks.size(), false);
    std::vector<std::uint32_t> open{task};
    while (!open.empty()) {
      const std::uint32_t one = open.back();
      open.pop_back();
      if (reached[one]) continue;
      reached[one] = true;
      open.insert(open.end(), made_.tasks[one].children.begin(), made_.tasks[one].children.end());
    }
    return reached;
  }

  const assembly_request& request_;
  assembly made_;
};

} // namespace

assembly assemble(const assembly_request& request) {
  return assembler(request).run();
}

const tempest_source_functions* source_functions(const assembly& plan) {
  return static_cast<const tempest_source_functions*>(plan.source.descriptor->functions);
}

} // namespace tempest::service
