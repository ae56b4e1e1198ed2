#include "runtime/config/interpret.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/config/admin_reader.hpp"
#include "runtime/config/feedback_check.hpp"
#include "runtime/config/graph_check.hpp"
#include "runtime/config/layers.hpp"
#include "runtime/config/metric_check.hpp"
#include "runtime/config/metric_reader.hpp"
#include "runtime/config/network_reader.hpp"
#include "runtime/config/policy_reader.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {
namespace {

constexpr std::int64_t most = 1ll << 40;

class interpreter {
 public:
  interpreter(const document& parsed, base::problems& found) : found_(found) {
    result_.file = parsed.file;
    result_.folder = parsed.folder;
  }

  settings read(const value& root) {
    table_reader top(root, "the top level", found_);
    read_top(top);
    read_topology(top);
    read_source(top);
    read_dead_letter(top);
    read_tasks(top);
    read_edges(top);
    top.finish();
    finish_policies();
    check_metric_targets(result_, found_);
    check_feedback(result_, found_);
    return std::move(result_);
  }

 private:
  void read_top(table_reader& top) {
    const char* const hint = "write a line such as name = \"word_count\"";
    top.name(result_.name, hint);
    if (top.find("name") == nullptr) {
      top.complain({result_.file, 1, 1}, "the topology has no name", hint);
    }
    top.duration("graceful_shutdown", 0, result_.graceful_shutdown);
    read_network(top, result_.folder, result_.network, found_);
    read_admin(top, result_.folder, result_.admin, found_);
    read_metric(top, result_.folder, result_.metric, found_);
  }

  void read_topology(table_reader& top) {
    static const value none = [] {
      value made;
      made.data = table{};
      return made;
    }();
    const value* given = top.sub_table("topology");
    table_reader reader(given != nullptr ? *given : none, "[topology]", found_);
    std::string library;
    if (reader.filled_text("library", library, "remove it, or name the shared object")) {
      result_.library = absolute_path(result_.folder, library);
    }
    policy_.where = given != nullptr ? given->where : base::location{result_.file, 0, 0};
    read_policy(reader, policy_, found_);
    limits& limit = result_.limit;
    reader.duration("msg_timeout", 1, limit.msg_timeout);
    if (const value* said = reader.find("msg_timeout")) limit.msg_timeout_where = said->where;
    reader.duration("handler_warn", 0, limit.handler_warn);
    reader.duration("handler_limit", 0, limit.handler_limit);
    reader.count("max_pending", 1, most, limit.max_pending);
    reader.size("max_pending_bytes", 1, limit.max_pending_bytes);
    reader.count("max_retrying", 1, most, limit.max_retrying);
    reader.count("max_deliveries", 1, 1'000'000'000, limit.max_deliveries);
    reader.size("max_message_bytes", 1, limit.max_message_bytes);
    reader.size("max_outputs_bytes", 1, limit.max_outputs_bytes);
    reader.duration("no_worker_timeout", 1, limit.no_worker_timeout);
    reader.finish();
  }

  // `type = "..."` or `sink = "..."` with its [....config].
  void read_plugin(table_reader& home, const std::string& key, plugin_use& plugin) {
    home.filled_text(key, plugin.type);
    plugin.where = home.find(key) != nullptr ? home.find(key)->where : home.where();
    plugin.options_where = plugin.where;
    if (const value* options = home.sub_table("config")) {
      plugin.options = *options->entries();
      plugin.options_where = options->where;
    }
  }

  static void read_health(table_reader& home, health_settings& health) {
    home.count("unhealthy_limit", 1, 1'000'000, health.unhealthy_limit);
    home.count("unhealthy_shutdown", 0, 1'000'000, health.unhealthy_shutdown);
  }

  void read_source(table_reader& top) {
    const value* given = top.sub_table("source");
    if (given == nullptr) {
      if (top.find("source") == nullptr) {
        top.complain({result_.file, 0, 0}, "there is no [source]",
                     "add [source] with a type from `tempest sources list`");
      }
      return;
    }
    table_reader reader(*given, "[source]", found_);
    source_settings& source = result_.source;
    read_plugin(reader, "type", source.plugin);
    if (reader.find("type") == nullptr) {
      reader.complain(given->where, "[source] has no type",
                      "`tempest sources list` shows what there is");
    }
    read_health(reader, source.health);
    reader.duration("max_backoff", 1, source.max_backoff);
    reader.finish();
  }

  void read_dead_letter(table_reader& top) {
    const value* given = top.sub_table("dead_letter");
    if (given == nullptr) return;
    table_reader reader(*given, "[dead_letter]", found_);
    plugin_use plugin;
    read_plugin(reader, "sink", plugin);
    if (reader.find("sink") == nullptr) {
      reader.complain(given->where, "[dead_letter] has no sink",
                      "`tempest sinks list` shows what there is");
    }
    read_health(reader, result_.dead_letter_health);
    reader.finish();
    result_.dead_letter = std::move(plugin);
  }

  void read_tasks(table_reader& top) {
    const value* given = top.list("task");
    if (given == nullptr) return;
    for (const value& one : *given->items()) {
      if (one.entries() == nullptr) {
        top.complain(one.where, "task must be a list of tables: [[task]]");
        continue;
      }
      read_task(one);
    }
  }

  void read_task(const value& given) {
    task_settings task;
    table_reader name_reader(given, "[[task]]", found_);
    if (!name_reader.name(task.name)) {
      if (name_reader.find("name") == nullptr) {
        name_reader.complain(given.where, "a [[task]] has no name");
      }
      return;
    }
    table_reader reader(given, fmt::format("task '{}'", task.name), found_);
    task.where = reader.find("name")->where;
    std::string library;
    if (reader.filled_text("library", library, "remove it, or name the shared object")) {
      task.library = absolute_path(result_.folder, library);
    }
    task.is_sink = reader.find("sink") != nullptr;
    if (task.is_sink && reader.find("type") != nullptr) {
      reader.complain(reader.find("sink")->where,
                      fmt::format("task '{}' has both type and sink", task.name),
                      "a sink needs no task plugin: remove type");
    }
    read_plugin(reader, task.is_sink ? "sink" : "type", task.plugin);
    if (task.plugin.type.empty()) task.plugin.type = task.name;
    if (task.is_sink) {
      read_health(reader, task.health);
    } else {
      for (const char* key : {"unhealthy_limit", "unhealthy_shutdown"}) {
        reader.refuse(key,
                      fmt::format("{} of task '{}' has no meaning: it is no sink", key, task.name),
                      "remove it");
      }
    }
    reader.count("workers", 1, most_workers, task.workers);
    reader.count("poll_count", 1, 1'000'000, task.poll_count);
    open_policy policy = policy_;
    read_policy(reader, policy, found_);
    for (const char* key : {"poll_interval", "max_backoff"}) {
      reader.ignore(key, fmt::format("{} of task '{}' has no use: deliveries are pushed to "
                                     "workers, nobody polls",
                                     key, task.name));
    }
    reader.finish();
    task_policies_.push_back(policy);
    result_.tasks.push_back(std::move(task));
  }

  void read_edges(table_reader& top) {
    const value* given = top.list("edge");
    if (given == nullptr) return;
    for (const value& one : *given->items()) {
      if (one.entries() == nullptr) {
        top.complain(one.where, "edge must be a list of tables: [[edge]]");
        continue;
      }
      table_reader reader(one, "[[edge]]", found_);
      edge_settings edge;
      edge.where = one.where;
      for (const auto& [key, end] : {std::pair{"from", &edge.from}, {"to", &edge.to}}) {
        if (reader.filled_text(key, *end)) continue;
        if (reader.find(key) == nullptr) {
          reader.complain(one.where, fmt::format("an [[edge]] has no '{}'", key));
        }
      }
      reader.finish();
      if (!edge.from.empty() && !edge.to.empty()) result_.edges.push_back(std::move(edge));
    }
  }

  // Only now it is known whether there are dead letters.
  void finish_policies() {
    const bool has_dead_letter = result_.dead_letter.has_value();
    const std::size_t before = found_.size();
    result_.policy = close_policy(policy_, has_dead_letter, found_);
    const bool said = found_.size() != before; // a task that inherits it need not say it again
    for (std::size_t i = 0; i < result_.tasks.size(); ++i) {
      base::problems again;
      const bool own = task_policies_[i].on_exhausted != policy_.on_exhausted;
      result_.tasks[i].policy =
          close_policy(task_policies_[i], has_dead_letter, said && !own ? again : found_);
    }
    note_silent_policies();
  }

  // Who set no on_exhausted and has no dead letters may not know what becomes of a message then.
  // One place for all tasks that have it from the topology.
  void note_silent_policies() {
    if (result_.dead_letter) return;
    for (const open_policy& task : task_policies_) {
      if (!task.is_silent()) continue;
      const bool of_topology = policy_.is_silent();
      if (of_topology && !result_.silent_policies.empty()) continue;
      result_.silent_policies.push_back(of_topology ? policy_.where : task.where);
    }
  }

  base::problems& found_;
  settings result_;
  open_policy policy_;
  std::vector<open_policy> task_policies_;
};

} // namespace

settings interpret(const document& parsed, const library_topology* library,
                   const std::vector<override_value>& overrides, base::problems& found) {
  if (!parsed.well_formed) { // that was said; whatever is missing is only not seen
    settings nothing;
    nothing.file = parsed.file;
    nothing.folder = parsed.folder;
    return nothing;
  }
  const value merged = merge_layers(parsed, library, overrides, found);
  settings result = interpreter(parsed, found).read(merged);
  check_graph(result, found);
  return result;
}

} // namespace tempest::config
