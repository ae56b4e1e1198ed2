// The engine's loop of `tempest run standalone`: collect, apply, hand out, publish, sleep.
#include "runtime/service/standalone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t settle_at_once = 512; // settlements that do not wait for a pause
constexpr std::int64_t observe_every_ns = 100'000'000;
constexpr std::int64_t look_for_stop_every_ns = 100'000'000; // a signal cannot ring the bell

engine::last_action action_of(config::exhausted_action action) {
  switch (action) {
    case config::exhausted_action::dead_letter:
      return engine::last_action::dead_letter;
    case config::exhausted_action::ack:
      return engine::last_action::ack;
    case config::exhausted_action::stop:
      return engine::last_action::stop;
    case config::exhausted_action::leave:
      break;
  }
  return engine::last_action::leave;
}

std::vector<std::string> task_names(const assembly& plan) {
  std::vector<std::string> names;
  for (const task_plan& task : plan.tasks) names.push_back(task.settings.name);
  return names;
}

source::pump_settings pump_settings_of(const assembly& plan) {
  const config::source_settings& source = plan.settings.source;
  return {source.plugin.type,
          plan.source.library,
          plan.settings.name,
          plan.settings.limit.max_message_bytes,
          base::nanoseconds(source.max_backoff),
          source.unhealthy_limit,
          source.unhealthy_shutdown};
}

} // namespace

engine::engine_settings engine_settings_of(const assembly& plan) {
  engine::engine_settings made;
  for (const task_plan& task : plan.tasks) {
    const config::failure_policy& policy = task.settings.policy;
    const bool retries = policy.type == config::policy_type::retry;
    made.tasks.push_back(
        {task.children,
         {retries ? policy.attempts : 1, base::nanoseconds(policy.backoff),
          base::nanoseconds(policy.max_backoff), policy.jitter, action_of(policy.on_exhausted)}});
  }
  const config::limits& limit = plan.settings.limit;
  made.root = plan.root;
  made.max_pending = limit.max_pending;
  made.max_pending_bytes = limit.max_pending_bytes;
  made.max_retrying = limit.max_retrying;
  made.max_deliveries = limit.max_deliveries;
  made.msg_timeout = base::nanoseconds(limit.msg_timeout);
  made.seed = static_cast<std::uint64_t>(base::steady_ns());
  return made;
}

run_state::run_state(const assembly& plan, const run_options& options)
    : plan_(plan),
      options_(options),
      engine_(engine_settings_of(plan)),
      source_host_(metrics_, plan.settings.source.plugin.type, plan.settings.name),
      pump_(*source_functions(plan), *plan.source.options.view(), source_host_, chunks_, bell_,
            pump_settings_of(plan)),
      crew_(plan, metrics_, chunks_, bell_),
      incidents_(plan.settings.name, task_names(plan)),
      watchdog_(base::nanoseconds(plan.settings.limit.handler_warn)) {
  if (plan.dead_letter) {
    letters_ = std::make_unique<dead_letter_writer>(plan, metrics_, bell_);
  }
}

run_report run_state::run() {
  start_ns_ = last_activity_ns_ = base::steady_ns();
  start_threads();
  while (phase_ != phase::over) {
    // A busy thread looks again before it tells the source and sleeps.
    const bool busy = round();
    if (busy && engine_.settlements.size() < settle_at_once) continue;
    settle();
    if (!busy && phase_ != phase::over) bell_.wait(next_wake_ns(base::steady_ns()));
  }
  leave();
  run_report report = report_now(base::steady_ns());
  finish_report(report);
  return report;
}

// Where the system refuses a thread, the run ends in the usual way with those that there are.
void run_state::start_threads() {
  try {
    crew_.start();
    if (letters_) letters_->start();
    open_the_source();
    pump_.start();
  } catch (const base::failure& refused) {
    const std::size_t wanted = crew_.seats().size() + (letters_ ? 1 : 0) + 1;
    fail(static_cast<int>(refused.code()),
         fmt::format("{}; this topology wants {} threads: give its tasks fewer workers, or raise "
                     "the limit of threads or memory (ulimit -u, ulimit -v, of the container)",
                     refused.what(), wanted));
  }
}

bool run_state::round() {
  const bool busy = collect();
  const std::int64_t now = base::steady_ns();
  engine_.tick(now);
  observe(now);
  check_end(now);
  if (engine_.cancellations) cancel();
  hand_out();
  publish(now);
  status(now);
  return busy;
}

bool run_state::collect() {
  const std::int64_t now = base::steady_ns();
  bool some = collect_source(now);
  for (seat& one : crew_.seats()) {
    one.link.collect(reports_);
    for (engine::worker_report& report : reports_) {
      engine_.report(one.id, report, now);
      one.link.recycle(report);
      some = true;
    }
    reports_.clear();
  }
  if (!letters_) return some;
  letters_->collect(written_, given_up_);
  for (const engine::message_ref one : written_) engine_.dead_lettered(one);
  for (const engine::message_ref one : given_up_) engine_.return_dead_letter(one);
  dead_lettered_ += written_.size();
  some = some || !written_.empty() || !given_up_.empty();
  written_.clear();
  given_up_.clear();
  return some;
}

bool run_state::collect_source(std::int64_t now_ns) {
  pump_.collect(arrived_, withdrawn_);
  source_ = pump_.status();
  const bool some = !arrived_.messages.empty();
  engine_.accept(arrived_, now_ns);
  arrived_.clear();
  if (withdrawn_.empty()) return some;
  engine_.withdraw(withdrawn_);
  // What was decided meanwhile is not told to a source that lost it.
  source::erase_lost(engine_.settlements, withdrawn_);
  withdrawn_.clear();
  return true;
}

// Looks at what workers have begun: for msg_timeout, and to warn of handlers that take long.
void run_state::observe(std::int64_t now_ns) {
  if (now_ns < next_observation_ns_) return;
  next_observation_ns_ = now_ns + observe_every_ns;
  for (seat& one : crew_.seats()) {
    if (one.link.in_hand() == 0) continue;
    begun_.clear();
    one.link.inspect([&](std::span<const tempest_delivery> batch) {
      one.employee->begun(now_ns, batch, begun_);
    });
    for (const engine::begun& slow : watchdog_.look(one.id, begun_, now_ns)) {
      base::log(base::log_level::warn,
                fmt::format("its handler has been at work for {:.1f} s",
                            static_cast<double>(now_ns - slow.since) / 1e9),
                {.topology = plan_.settings.name,
                 .task = plan_.tasks[one.task].settings.name,
                 .message_id = message_id_of(one, slow.delivery)});
    }
    engine_.observe(one.id, begun_, now_ns);
  }
}

// After a time-out only the worker's batch still knows it.
std::string run_state::message_id_of(seat& worker, engine::delivery_ref delivery) const {
  std::string id(engine_.message_id(delivery));
  if (!id.empty()) return id;
  worker.link.inspect([&](std::span<const tempest_delivery> batch) {
    for (const tempest_delivery& one : batch) {
      if (one.host_token == delivery.token()) id = base::view(one.id);
    }
  });
  return id;
}

// Some message failed or goes back: what is not begun of it comes back from the workers.
void run_state::cancel() {
  engine_.cancellations = false;
  const auto useless = [this](engine::delivery_ref one) { return engine_.cancelled(one); };
  const std::int64_t now = base::steady_ns();
  engine::worker_report taken_back;
  for (seat& one : crew_.seats()) {
    if (one.link.in_hand() == 0) continue;
    taken_back.clear();
    one.link.cancel(useless, taken_back);
    engine_.report(one.id, taken_back, now);
  }
}

void run_state::hand_out() {
  for (const engine::task_id task : engine_.serving_order()) {
    if (engine_.serves(task)) hand_out_task(task);
  }
}

// Workers without work first; nobody gets more than its share of the queue.
void run_state::hand_out_task(std::uint32_t task) {
  std::vector<seat*>& seats = crew_.of_task(task);
  const std::size_t share = (engine_.queued(task) + seats.size() - 1) / seats.size();
  for (const bool idle : {true, false}) {
    for (seat* const one : seats) {
      if ((one->link.in_hand() == 0) != idle || !engine_.serves(task)) continue;
      const std::size_t room = std::min(one->link.room(), share);
      if (room == 0) continue;
      engine_.take(task, one->id, room, one->link.filling());
      one->link.offer();
    }
  }
}

void run_state::publish(std::int64_t now_ns) {
  if (!engine_.incidents.empty() || engine_.incidents_omitted > 0) {
    incidents_.write(engine_.incidents, engine_.incidents_omitted, now_ns);
    engine_.incidents.clear();
    engine_.incidents_omitted = 0;
  }
  incidents_.flush(now_ns);
  if (!engine_.dead_letters.empty()) letters_->write(engine_.dead_letters);
  renew_leases(now_ns);
  if (retrying_said_ || engine_.retrying() < plan_.settings.limit.max_retrying) return;
  retrying_said_ = true;
  base::log(base::log_level::warn,
            fmt::format("{} messages wait for their next attempt (max_retrying): the source is not "
                        "read until some are done; this is said once",
                        engine_.retrying()),
            {.topology = plan_.settings.name, .task = {}, .message_id = {}});
}

void run_state::settle() {
  pump_.settle(engine_.settlements);
  open_the_source();
}

// Room opens by the quarter, so that a busy source reads in batches. Nothing is read for workers
// that may yet fail to start: not every source could take it back.
void run_state::open_the_source() {
  if (!crew_.ready()) return;
  const config::limits& limit = plan_.settings.limit;
  const std::size_t room = engine_.room();
  const std::size_t bytes = engine_.byte_room();
  const bool enough = room >= std::max<std::uint64_t>(1, limit.max_pending / 4) &&
                      bytes >= limit.max_pending_bytes / 4;
  pump_.allow(enough ? room : 0, enough ? bytes : 0);
}

void run_state::renew_leases(std::int64_t now_ns) {
  const std::int64_t lease_ns = plan_.traits.lease_ms * 1'000'000;
  if (lease_ns == 0 || now_ns < next_renewal_ns_) return;
  next_renewal_ns_ = now_ns + lease_ns / 3;
  std::vector<std::uint64_t> open;
  engine_.open_tokens(open);
  pump_.extend(std::move(open));
}

std::int64_t run_state::next_wake_ns(std::int64_t now_ns) const {
  std::int64_t next = now_ns + look_for_stop_every_ns;
  if (const auto due = engine_.next_due()) next = std::min(next, *due);
  if (phase_ == phase::draining) next = std::min(next, deadline_ns_);
  if (options_.duration) next = std::min(next, start_ns_ + base::nanoseconds(*options_.duration));
  return next;
}

run_report run_standalone(const assembly& plan, const run_options& options) {
  auto state = std::make_unique<run_state>(plan, options);
  run_report report = state->run();
  if (report.stuck) {
    // A thread still uses it, until the process is gone: see run_report::stuck.
    static auto* const left_behind = new std::vector<std::unique_ptr<run_state>>;
    left_behind->push_back(std::move(state));
  }
  return report;
}

} // namespace tempest::service
