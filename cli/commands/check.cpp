#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/args/key_value.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/leave.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/places/project.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/unreachable.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t online_timeout_ms = 5000;

struct check_request {
  std::string path;
  std::vector<std::string> settings;
  std::string format = "text";
  bool online = false;
};

struct check_result {
  service::assembly plan;
  std::vector<service::out_of_reach> unreachable;
  bool asked_online = false;

  [[nodiscard]] int code() const {
    if (!plan.runnable()) return static_cast<int>(base::exit_code::bad_config);
    base::exit_code worst = base::exit_code::ok;
    for (const service::out_of_reach& one : unreachable) {
      // What is merely away may come back: `run` would wait for it.
      if (worst == base::exit_code::ok || worst == base::exit_code::unavailable) worst = one.code;
    }
    return static_cast<int>(worst);
  }
};

std::string delivery_of(const service::assembly& plan) {
  return plan.traits.guarantee == TEMPEST_AT_LEAST_ONCE ? "at least once" : "at most once";
}

void print_text(const check_result& result) {
  const service::assembly& plan = result.plan;
  for (const base::problem& problem : plan.found) print(printable(problem.line()));
  for (const service::out_of_reach& one : result.unreachable) {
    print("unreachable: " + printable(one.what));
  }
  if (!plan.runnable()) {
    const auto errors = static_cast<std::uint64_t>(
        std::ranges::count(plan.found, base::severity::error, &base::problem::level));
    return print(red(fmt::format("{}; it would not run", counted(errors, "error"))));
  }
  if (!result.unreachable.empty()) return print(red("it would not reach what it needs"));
  std::string tasks;
  for (const auto& task : plan.tasks) tasks += (tasks.empty() ? "" : ", ") + task.settings.name;
  print(fmt::format("{}: {} -> {} ({}); {}", green("ok"), plan.settings.source.plugin.type, tasks,
                    delivery_of(plan),
                    result.asked_online ? "all reachable" : "nothing connected"));
}

ordered_json as_json(const check_result& result) {
  const service::assembly& plan = result.plan;
  ordered_json made{{"ok", result.code() == 0}, {"topology", plan.settings.name}};
  if (plan.runnable()) {
    made["source"] = {{"type", plan.settings.source.plugin.type}, {"delivery", delivery_of(plan)}};
  }
  made["tasks"] = ordered_json::array();
  for (const auto& task : plan.settings.tasks) made["tasks"].push_back(task.name);
  made["problems"] = ordered_json::array();
  for (const base::problem& problem : plan.found) {
    made["problems"].push_back(
        {{"severity", problem.level == base::severity::error ? "error" : "warning"},
         {"file", problem.where.file},
         {"line", problem.where.line},
         {"column", problem.where.column},
         {"text", problem.text},
         {"hint", problem.hint}});
  }
  if (!result.asked_online) return made;
  made["unreachable"] = ordered_json::array();
  for (const service::out_of_reach& one : result.unreachable) {
    made["unreachable"].push_back(one.what);
  }
  return made;
}

int check(const check_request& asked) {
  check_result result;
  result.asked_online = asked.online;
  result.plan = service::assemble(
      {asked.path.empty() ? require_topology_file() : asked.path, parse_settings(asked.settings)});
  if (asked.online && result.plan.runnable()) {
    base::report_crashes();
    enter_folder(result.plan.settings.folder);
    result.unreachable = service::unreachable(result.plan, online_timeout_ms);
  }
  if (asked.format == "json") {
    print_json(as_json(result));
  } else {
    print_text(result);
  }
  if (!result.unreachable.empty()) leave_at_once(result.code()); // a plugin may still be trying
  return result.code();
}

} // namespace

verb check_verb() {
  auto asked = std::make_shared<check_request>();
  verb made;
  made.name = "check";
  made.summary = "Says what `run` would refuse, without running anything.";
  made.arguments = {
      {"PATH", "A Topology.toml or its folder (default: the project here)", &asked->path},
      {"--online", "Also connect to the source and the sinks once", &asked->online},
      {"--set", "As for run; may be repeated", &asked->settings, "KEY=VALUE"},
      {"--format", "How to print it: text or json", &asked->format, "FORMAT", {"text", "json"}}};
  made.examples = {{"tempest check", "exit code 78 when something is wrong"},
                   {"tempest check --online", "69 when a broker is away"},
                   {"tempest check other/Topology.toml --format json", ""}};
  made.run = [asked] { return check(*asked); };
  return made;
}

} // namespace tempest::cli
