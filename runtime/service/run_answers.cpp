// What a run answers those who ask how it stands.
#include <tempest/version.h>

#include <memory>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/metrics/seconds.hpp"
#include "runtime/service/run_settings.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {

namespace {

using metrics::seconds;

constexpr std::int64_t steps_apart_ns = 1'000'000; // some 25 us each, of a walk

} // namespace

void run_state::answer_questions(std::int64_t now_ns) {
  walk_on(now_ns);
  if (questions_.due(now_ns)) answer_all(now_ns);
}

void run_state::answer_all(std::int64_t now_ns) {
  std::shared_ptr<const admin::run_status> status; // the same for all, as the next
  std::shared_ptr<const admin::error_list> known;
  for (const run_question& one : questions_.take(now_ns)) {
    if (const auto* asked = std::get_if<status_question>(&one)) {
      if (status == nullptr) {
        status = std::make_shared<const admin::run_status>(status_now(now_ns));
      }
      asked->told(status);
    } else if (const auto* errors = std::get_if<errors_question>(&one)) {
      if (known == nullptr) known = std::make_shared<const admin::error_list>(errors_.list());
      errors->told(known);
    } else if (const auto* tap = std::get_if<tap_question>(&one)) {
      tap->told(taps_.open(plan_, tap->what));
    } else if (const auto* given = std::get_if<order_given>(&one)) {
      given->told(obey(given->what, now_ns));
      status = nullptr; // which is another one now
    }
  }
}

void run_state::walk_on(std::int64_t now_ns) {
  if ((!walk_ && !questions_.walk_due()) || now_ns < next_step_ns_) return;
  next_step_ns_ = now_ns + steps_apart_ns;
  if (!walk_) {
    std::vector<engine::begun> begun;
    workers_.begun(begun);
    walk_.emplace(questions_.take_walk(), begun, plan_.settings.name, task_names(plan_), now_ns);
  }
  if (walk_->step(engine_)) walk_.reset();
}

work_sample::task run_state::work_now(std::uint32_t task) const {
  const engine::task_statistics& counts = engine_.stats().tasks[task];
  return {counts.handled + counts.skipped + counts.errors, workers_.work(task)};
}

void run_state::remember_work(std::int64_t now_ns) {
  work_sample* const sample = recent_.due(now_ns);
  if (sample == nullptr) return;
  sample->read = source_.counts.read;
  sample->acked = source_.counts.acked;
  for (std::uint32_t task = 0; task < sample->tasks.size(); ++task) {
    sample->tasks[task] = work_now(task);
  }
}

admin::run_status run_state::status_now(std::int64_t now_ns) const {
  const work_sample& before = recent_.oldest();
  const run_report report = report_now(now_ns);
  admin::run_status made;
  made.topology = report.topology;
  made.mode = report.processes ? "topology" : "standalone";
  made.tempest = TEMPEST_VERSION;
  made.state = state();
  made.uptime_s = report.duration_s;
  made.window_s = seconds(now_ns - before.at_ns);
  made.dead_lettered = report.source.dead_lettered;
  made.source = source_status_now(now_ns - before.at_ns);
  made.in_flight = in_flight_status_now(report);
  for (std::uint32_t task = 0; task < plan_.tasks.size(); ++task) {
    made.tasks.push_back(task_status_now(task, now_ns - before.at_ns));
  }
  made.processes = workers_.processes();
  return made;
}

admin::source_status run_state::source_status_now(std::int64_t passed_ns) const {
  const source::pump_counts& counts = source_.counts;
  admin::source_status made;
  made.type = plan_.settings.source.plugin.type;
  made.trouble = source_trouble();
  made.up = made.trouble.empty();
  made.read = counts.read;
  made.acked = counts.acked;
  made.failed = counts.failed;
  made.returned = counts.returned;
  made.gone = counts.gone;
  made.withdrawn = counts.withdrawn;
  made.unconfirmed = counts.unsettled;
  made.reconnects = counts.reconnects;
  made.read_per_s = per_second(recent_.oldest().read, counts.read, passed_ns);
  made.acked_per_s = per_second(recent_.oldest().acked, counts.acked, passed_ns);
  return made;
}

admin::in_flight_status run_state::in_flight_status_now(const run_report& report) const {
  const config::limits& limit = plan_.settings.limit;
  admin::in_flight_status made;
  made.messages = engine_.in_flight();
  made.max_messages = limit.max_pending;
  made.bytes = engine_.bytes();
  made.max_bytes = limit.max_pending_bytes;
  made.retrying = engine_.retrying();
  made.max_retrying = limit.max_retrying;
  made.dead_letters_waiting = report.letters_waiting;
  made.oldest_age_s = made.messages == 0 ? 0 : seconds(oldest_.ns());
  return made;
}

admin::task_status run_state::task_status_now(std::uint32_t task, std::int64_t passed_ns) const {
  const engine::task_statistics& counts = engine_.stats().tasks[task];
  const work_sample::task now = work_now(task);
  const work_rates rates = rates_between(recent_.oldest().tasks[task], now, passed_ns);
  admin::task_status made;
  made.name = plan_.tasks[task].settings.name;
  made.trouble = health_.task_trouble(task);
  made.workers = now.work.workers;
  made.queued = engine_.queued(task) + engine_.suspects(task);
  made.in_hand = now.work.in_hand;
  made.succeeded = counts.handled;
  made.skipped = counts.skipped;
  made.failed = counts.errors - counts.rejected - counts.timed_out;
  made.rejected = counts.rejected;
  made.timed_out = counts.timed_out;
  made.outputs = counts.outflow;
  made.retries = counts.retries;
  made.handled_per_s = rates.ended_per_s;
  made.busy = rates.busy;
  made.p50_s = rates.p50_s;
  made.p99_s = rates.p99_s;
  return made;
}

} // namespace tempest::service
