#include "tempest/test_run.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "runtime/service/standalone.hpp"
#include "sdk/testing/run_script.hpp"
#include "sdk/testing/run_sink.hpp"
#include "sdk/testing/run_source.hpp"
#include "sdk/testing/task_recorder.hpp"

namespace tempest {
namespace testing {
namespace {

// All that the threads of a run look at: kept when one of them does not come back.
struct prepared_run {
  service::assembly plan;
  service::run_options options;
  run_script script;
};

void stand_in(service::plugin_plan& plan, run_script& script, const void* functions) {
  tempest_descriptor& made = script.descriptors.emplace_back(*plan.descriptor);
  made.functions = functions;
  plan.descriptor = &made;
}

void substitute(prepared_run& run, bool own_source) {
  for (service::task_plan& task : run.plan.tasks) {
    task_log& log = run.script.tasks.emplace_back();
    log.name = task.settings.name;
    if (task.settings.is_sink) {
      stand_in(task.plugin, run.script, &task_sink_functions());
    } else {
      log.functions = static_cast<const tempest_task_functions*>(task.plugin.descriptor->functions);
      stand_in(task.plugin, run.script, &recording_task_functions());
    }
  }
  if (run.plan.dead_letter) stand_in(*run.plan.dead_letter, run.script, &dead_letter_functions());
  if (!own_source) return;
  stand_in(run.plan.source, run.script, &run_source_functions());
  service::source_functions(run.plan)->traits(run.plan.source.options.view(), &run.plan.traits);
}

std::string complaints(const base::problems& found) {
  std::string all;
  for (const base::problem& one : found) {
    if (one.level == base::severity::error) all += (all.empty() ? "" : "\n") + one.line();
  }
  return all;
}

std::string why_not(const service::run_report& report, const run_script& script, bool own_source) {
  std::string why;
  for (const std::string& one : report.fatal) why += (why.empty() ? "" : "; ") + one;
  if (!why.empty()) return why;
  const service::source_counts& source = report.source;
  const std::uint64_t open = source.returned + source.abandoned;
  if (open > 0) return std::to_string(open) + " messages were not settled within the limit";
  if (own_source && source.read < script.messages.size()) {
    return "only " + std::to_string(source.read) + " of " + std::to_string(script.messages.size()) +
           " messages were read within the limit";
  }
  return {};
}

run_result result_of(const service::run_report& report, run_script& script, bool own_source) {
  run_result made;
  made.why = why_not(report, script, own_source);
  made.all_settled = made.why.empty();
  made.read = report.source.read;
  made.acked = report.source.acked;
  made.failed = report.source.failed;
  made.dead_lettered = report.source.dead_lettered;
  made.returned = report.source.returned;
  made.abandoned = report.source.abandoned;
  made.exit_code = report.exit_code;
  for (const service::task_counts& one : report.tasks) {
    task_result& task = made.tasks.emplace_back();
    task = {one.name,    one.inflow, one.handled, one.skipped,
            one.outflow, one.errors, one.retries, {}};
    task_log* const log = script.log_of(one.name);
    if (log == nullptr) continue;
    const std::scoped_lock lock(log->mutex);
    task.emitted = log->emitted;
  }
  const std::scoped_lock lock(script.mutex);
  made.dead_letters = script.dead_letters;
  return made;
}

} // namespace

const task_result& run_result::task(const std::string& name) const {
  std::string known;
  for (const task_result& one : tasks) {
    if (one.name == name) return one;
    known += " '" + one.name + "'";
  }
  throw std::out_of_range("there is no task '" + name + "'; there are:" + known);
}

} // namespace testing

test_run& test_run::set(std::string key, std::string value) {
  overrides_.emplace_back(std::move(key), std::move(value));
  return *this;
}

test_run& test_run::messages(std::vector<testing::input> all) {
  messages_ = std::move(all);
  own_source_ = true;
  return *this;
}

test_run& test_run::lines_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read '" + path + "': " + std::strerror(errno));
  std::vector<testing::input> all;
  for (std::string line; std::getline(file, line);) {
    if (line.ends_with('\r')) line.pop_back();
    all.emplace_back(line);
  }
  return messages(std::move(all));
}

test_run& test_run::limit(std::chrono::milliseconds time) {
  limit_ = time;
  return *this;
}

testing::run_result test_run::run() const {
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  service::assembly_request request{topology_, {}};
  for (const auto& [key, value] : overrides_) request.overrides.push_back({key, value});
  auto run = std::make_unique<testing::prepared_run>();
  run->plan = service::assemble(request);
  if (!run->plan.runnable()) throw std::runtime_error(testing::complaints(run->plan.found));
  run->script.messages = messages_;
  run->options.duration = limit_;
  testing::substitute(*run, own_source_);
  testing::current_script = &run->script;
  const service::run_report report = service::run_standalone(run->plan, run->options);
  testing::run_result made = testing::result_of(report, run->script, own_source_);
  if (report.stuck) (void)run.release(); // a thread of a plugin still uses it
  return made;
}

} // namespace tempest
