
#include <algorithm>
#include <functional>
#include <memory>

#include "cli/args/key_value.hpp"
#include "cli/commands/stop_signals.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/leave.hpp"
#include "cli/output/print.hpp"
#include "cli/output/report_file.hpp"
#include "cli/output/standard_streams.hpp"
#include "cli/output/status_line.hpp"
#include "cli/output/summary.hpp"
#include "cli/output/terminal.hpp"
#include "cli/places/project.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"
#include "runtime/service/standalone.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using base::failure;

struct run_request {
  std::string config;
  std::vector<std::string> settings;
  optional_duration duration;
  optional_duration stop_when_idle;
  std::string report;
  std::string log_level = "info";
  std::string log_format = "text";
};

void set_up_log(const run_request& asked) {
  base::log_level level = base::log_level::info;
  if (!base::parse_log_level(asked.log_level, level)) {
    throw failure(exit_code::usage, "--log-level takes debug, info, warn, error or off");
  }
  base::configure_log(level,
                      asked.log_format == "json" ? base::log_format::json : base::log_format::text);
}

service::assembly checked_plan(const run_request& asked) {
  service::assembly plan =
      service::assemble({asked.config.empty() ? require_topology_file() : asked.config,
                         parse_settings(asked.settings)});
  for (const base::problem& problem : plan.found) say(printable(problem.line()));
  if (plan.runnable()) return plan;
  throw failure(exit_code::bad_config, "nothing was run; `tempest check` shows the same");
}

// Messages on standard output are its result; then the summary must not stand among them.
bool writes_to_stdout(const service::assembly& plan) {
  const auto is_stdout = [](const config::plugin_use& use) { return use.type == "stdout"; };
  const bool task = std::ranges::any_of(plan.tasks, [&](const service::task_plan& one) {
    return one.settings.is_sink && is_stdout(one.settings.plugin);
  });
  return task || (plan.settings.dead_letter && is_stdout(*plan.settings.dead_letter));
}

// A standard output without a reader never comes back: messages would wait for it for ever.
std::function<void(const service::run_report&)> stop_without_stdout(service::stop_request& stop,
                                                                    bool& stdout_lost) {
  if (stdout_is_gone()) {
    throw failure(exit_code::io,
                  "a sink writes to standard output, which is closed; nothing was run");
  }
  return [&stop, &stdout_lost](const service::run_report&) {
    if (stdout_lost || !stdout_is_gone()) return;
    stdout_lost = true;
    stop.count.fetch_add(1);
  };
}

int run_standalone(const run_request& asked) {
  set_up_log(asked);
  base::report_crashes();
  const service::assembly plan = checked_plan(asked);
  report_file report(asked.report);
  enter_folder(plan.settings.folder);
  const bool messages_on_stdout = writes_to_stdout(plan);
  const bool stdout_taken = messages_on_stdout || report.is_stdout();

  bool stdout_lost = false;
  stop_signals signals;
  status_line status;
  service::run_options options;
  options.duration = asked.duration;
  options.stop_when_idle = asked.stop_when_idle;
  options.stop = &signals.request();
  if (stdout_is_terminal() && !stdout_taken) {
    base::erase_line_before_log(stderr_is_terminal());
    options.on_status = [&](const service::run_report& now) { status.update(now); };
  } else if (messages_on_stdout) {
    options.on_status = stop_without_stdout(signals.request(), stdout_lost);
  }
  const service::run_report result = service::run_standalone(plan, options);
  status.clear();
  if (stdout_taken) {
    say(printable(summary_text(result)));
  } else {
    print(printable(summary_text(result)));
  }
  report.write(service::to_json(result));
  if (stdout_lost)
    say_error("the run ended early: a sink writes to standard output, which is gone");
  const int code = stdout_lost ? static_cast<int>(exit_code::io) : result.exit_code;
  if (result.stuck) leave_at_once(code);
  return code;
}

verb standalone_verb() {
  auto asked = std::make_shared<run_request>();
  verb made;
  made.name = "standalone";
  made.summary = "Runs source, tasks and sinks as threads of one process.";
  made.arguments = {
      {"--config", "A Topology.toml or its folder (default: the project here)", &asked->config,
       "FILE"},
      {"--set", "Overrides a key of the file; may be repeated", &asked->settings, "KEY=VALUE"},
      {"--duration", "Stop after that long (30s, 5m)", &asked->duration, "D"},
      {"--stop-when-idle", "Stop when nothing is read, in flight or retrying for that long",
       &asked->stop_when_idle, "D"},
      {"--report", "Write the numbers as one JSON object; - is standard output", &asked->report,
       "FILE"},
      {"--log-level",
       "debug, info, warn, error or off",
       &asked->log_level,
       "LEVEL",
       {"debug", "info", "warn", "error", "off"}},
      {"--log-format", "text or json", &asked->log_format, "FORMAT", {"text", "json"}}};
  made.examples = {
      {"tempest run standalone", "until the source ends or Ctrl-C; a second Ctrl-C leaves at once"},
      {"tempest run standalone --stop-when-idle 2s --report -", "numbers as JSON"},
      {"tempest run standalone --set task.split.workers=4 --set source.config.count=1000", ""},
      {"tempest run standalone --duration 5m --log-format json", ""}};
  made.run = [asked] { return run_standalone(*asked); };
  return made;
}

} // namespace

verb run_verb() {
  verb made;
  made.name = "run";
  made.summary = "Runs a topology.";
  made.children = {standalone_verb()};
  made.examples = {{"tempest run standalone", "all in one process"}};
  return made;
}

} // namespace tempest::cli
