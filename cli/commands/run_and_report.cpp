#include "cli/commands/run_and_report.hpp"

#include <algorithm>

#include "cli/args/key_value.hpp"
#include "cli/commands/stop_signals.hpp"
#include "cli/output/leave.hpp"
#include "cli/output/print.hpp"
#include "cli/output/report_file.hpp"
#include "cli/output/standard_streams.hpp"
#include "cli/output/status_line.hpp"
#include "cli/output/summary.hpp"
#include "cli/output/terminal.hpp"
#include "cli/places/named_files.hpp"
#include "cli/places/project.hpp"
#include "cli/process/open_files.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using base::failure;

void set_up_log(const run_flags& asked) {
  base::log_level level = base::log_level::info;
  if (!base::parse_log_level(asked.log_level, level)) {
    throw failure(exit_code::usage, "--log-level takes debug, info, warn, error or off");
  }
  base::configure_log(level,
                      asked.log_format == "json" ? base::log_format::json : base::log_format::text);
}

// It stands in names of files and series.
void check_instance(const std::string& name) {
  constexpr std::size_t longest = 128;
  const auto is_bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '/';
  };
  if (name.size() <= longest && std::ranges::none_of(name, is_bad)) return;
  throw failure(exit_code::usage,
                "--instance takes a name of at most 128 bytes without spaces and slashes");
}

// Who reads the log by machine reads these lines with it.
void tell(const base::problem& found, bool in_log) {
  if (!in_log) return say(printable(found.line()));
  const bool is_error = found.level == base::severity::error;
  base::log(is_error ? base::log_level::error : base::log_level::warn, found.line());
}

service::assembly checked_plan(const service::assembly_request& request, bool in_log) {
  service::assembly plan = service::assemble(request);
  for (const base::problem& problem : plan.found) tell(problem, in_log);
  if (plan.runnable()) return plan;
  throw failure(exit_code::bad_config, "nothing was run; `tempest check` shows the same");
}

// Messages on standard output are its result; then the summary must not stand among them.
bool writes_to_stdout(const service::assembly& plan) {
  const auto is_stdout = [](const config::plugin_use& use) { return use.type == "stdout"; };
  const bool task = std::ranges::any_of(plan.tasks, [&](const service::task_plan& one) {
    const bool here = one.plugin.descriptor != nullptr;
    return here && one.settings.is_sink && is_stdout(one.settings.plugin);
  });
  return task || (plan.dead_letter && is_stdout(*plan.settings.dead_letter));
}

bool shows_metrics_on_stdout(const service::assembly& plan) {
  return std::ranges::any_of(plan.settings.metric.targets, [](const config::metric_target& one) {
    return one.type == config::metric_target_type::console;
  });
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

} // namespace

service::assembly_request assembly_request_of(const run_flags& asked) {
  service::assembly_request made;
  made.config_path = asked.config.empty() ? require_topology_file() : asked.config;
  made.overrides = parse_settings(asked.settings);
  return made;
}

int run_and_report(const run_flags& asked, const service::assembly_request& request,
                   const runner& run) {
  set_up_log(asked);
  check_instance(asked.instance);
  base::report_crashes();
  const service::assembly plan = checked_plan(request, asked.log_format == "json");
  if (!asked.report.empty() && asked.report != "-") {
    refuse_file_of_topology(asked.report, plan.settings);
  }
  report_file report(asked.report);
  enter_folder(plan.settings.folder);
  raise_open_files_limit(); // the programs that look at plugins have ended
  const bool messages_on_stdout = writes_to_stdout(plan);
  const bool stdout_taken =
      messages_on_stdout || report.is_stdout() || shows_metrics_on_stdout(plan);

  bool stdout_lost = false;
  stop_signals signals;
  status_line status;
  service::run_options options;
  options.duration = asked.duration;
  options.stop_when_idle = asked.stop_when_idle;
  options.stop = &signals.request();
  options.instance = asked.instance;
  if (stdout_is_terminal() && !stdout_taken) {
    base::erase_line_before_log(stderr_is_terminal());
    options.on_status = [&](const service::run_report& now) { status.update(now); };
  } else if (messages_on_stdout) {
    options.on_status = stop_without_stdout(signals.request(), stdout_lost);
  }
  const service::run_report result = run(plan, options);
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

} // namespace tempest::cli
