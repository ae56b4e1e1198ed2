// The engine's loop: collect, apply, hand out, publish, sleep.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thread_stack.hpp"
#include "runtime/service/run_settings.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t settle_at_once = 512; // settlements that do not wait for a pause
constexpr std::int64_t observe_every_ns = 100'000'000;
constexpr std::int64_t look_for_stop_every_ns = 100'000'000; // a signal cannot ring the bell

} // namespace

run_state::run_state(const assembly& plan, const run_options& options, run_resources& shared,
                     workers& workers)
    : plan_(plan),
      options_(options),
      bell_(shared.bell),
      health_(shared.health),
      workers_(workers),
      engine_(engine_settings_of(plan)),
      source_host_(shared.metrics, {metrics::subject::source, plan.settings.source.plugin.type},
                   plan.settings.name),
      pump_(*source_functions(plan), *plan.source.options.view(), source_host_, shared.chunks,
            shared.bell, pump_settings_of(plan)),
      hangs_(shared.hangs),
      source_calls_(plan.settings.name, "source " + plan.settings.source.plugin.type,
                    base::nanoseconds(plan.settings.limit.handler_warn)),
      letter_calls_(plan.settings.name,
                    plan.settings.dead_letter
                        ? "dead-letter sink " + plan.settings.dead_letter->type
                        : std::string{},
                    base::nanoseconds(plan.settings.limit.handler_warn)),
      incidents_(plan.settings.name, task_names(plan)),
      metrics_(plan, shared.metrics),
      questions_(shared.questions),
      taps_(shared.taps),
      recent_(plan.tasks.size(), base::steady_ns()),
      errors_(plan.settings.name, task_names(plan)) {
  if (plan.dead_letter) {
    letters_ = std::make_unique<dead_letter_writer>(plan, shared.metrics, shared.bell);
  }
}

run_report run_state::run() {
  start_ns_ = last_activity_ns_ = base::steady_ns();
  start_threads();
  health_.process({}, start_ns_);
  while (phase_ != phase::over) {
    // A busy thread looks again before it tells the source and sleeps.
    const bool busy = round();
    if (busy && engine_.settlements.size() < settle_at_once) continue;
    settle();
    if (!busy && phase_ != phase::over) bell_.wait(next_wake_ns(base::steady_ns()));
  }
  leave();
  incidents_.close();
  const std::int64_t end_ns = base::steady_ns();
  workers_.measure(end_ns);
  run_report report = report_now(end_ns);
  oldest_.look(engine_, end_ns);
  metrics_.publish(engine_, oldest_.ns(), source_, report);
  answer_all(end_ns);
  taps_.end("the run has ended");
  questions_.close();
  finish_report(report);
  return report;
}

// Where the system refuses a thread, the run ends in the usual way with those that there are.
void run_state::start_threads() {
  base::prepare_thread_stacks();
  try {
    workers_.start(engine_);
    if (letters_) letters_->start();
    open_the_source();
    pump_.start();
  } catch (const base::failure& refused) {
    const std::size_t wanted = workers_.threads() + (letters_ ? 1 : 0) + 1;
    fail(static_cast<int>(refused.code()),
         fmt::format("{}; this topology wants {} threads: give its tasks fewer workers, or raise "
                     "the limit of threads or memory (ulimit -u, ulimit -v, of the container)",
                     refused.what(), wanted));
  }
}

bool run_state::round() {
  const bool busy = collect();
  const std::int64_t now = base::steady_ns();
  health_.beat(now);
  engine_.tick(now);
  observe(now);
  check_end(now);
  if (engine_.cancellations) cancel();
  end_suspects();
  workers_.hand_out();
  publish(now);
  status(now);
  answer_questions(now);
  return busy;
}

bool run_state::collect() {
  const std::int64_t now = base::steady_ns();
  bool some = collect_source(now);
  some = workers_.collect(now) || some;
  return collect_letters(now) || some;
}

// Those who work here are told before they are given more.
void run_state::end_suspects() {
  if (engine_.ended_suspects.empty()) return;
  pump_.await(engine_.ended_suspects);
  workers_.suspects_ended(engine_.ended_suspects);
  engine_.ended_suspects.clear();
}

bool run_state::collect_source(std::int64_t now_ns) {
  pump_.collect(arrived_, withdrawn_, confirmed_);
  source_ = pump_.status();
  const bool some = !arrived_.messages.empty();
  engine_.accept(arrived_, now_ns);
  arrived_.clear();
  if (!confirmed_.empty()) workers_.confirmed(confirmed_);
  confirmed_.clear();
  if (withdrawn_.empty()) return some;
  engine_.withdraw(withdrawn_);
  // What was decided meanwhile is not told to a source that lost it.
  source::erase_lost(engine_.settlements, withdrawn_);
  workers_.confirmed(withdrawn_); // nor awaited of it
  withdrawn_.clear();
  return true;
}

void run_state::observe(std::int64_t now_ns) {
  if (now_ns < next_observation_ns_) return;
  next_observation_ns_ = now_ns + observe_every_ns;
  workers_.observe(now_ns);
  look_at_calls(now_ns);
  look_at_letters(now_ns);
  tell_health(now_ns);
  remember_work(now_ns);
  taps_.forget_closed();
  oldest_.look(engine_, now_ns);
  metrics_.publish(engine_, oldest_.ns(), source_, report_now(now_ns));
}

// As handlers that take long are, they are named.
void run_state::look_at_calls(std::int64_t now_ns) {
  source_calls_.look(pump_.call(), pump_.thread(), now_ns, hangs_);
  if (letters_) letter_calls_.look(letters_->call(), letters_->thread(), now_ns, hangs_);
}

std::string run_state::source_trouble() const {
  if (source_.state == source::pump_state::connected && !source_.doubted) return {};
  return source_.reason.empty() ? "not reached yet" : source_.reason;
}

void run_state::tell_health(std::int64_t now_ns) {
  health_.source(source_trouble(), now_ns);
  if (letters_) health_.dead_letters(letters_->sink_trouble(), now_ns);
}

void run_state::cancel() {
  engine_.cancellations = false;
  workers_.cancel(base::steady_ns());
}

void run_state::publish(std::int64_t now_ns) {
  if (!engine_.incidents.empty() || engine_.incidents_omitted > 0) {
    incidents_.write(engine_.incidents, engine_.incidents_omitted, now_ns);
    errors_.add(engine_.incidents, engine_.incidents_omitted, base::calendar_ms());
    engine_.incidents.clear();
    engine_.incidents_omitted = 0;
  }
  incidents_.flush(now_ns);
  write_letters(now_ns);
  renew_leases(now_ns);
  const bool too_many = engine_.retrying() >= plan_.settings.limit.max_retrying;
  if (!retrying_notice_.tell(too_many, now_ns)) return;
  base::log(base::log_level::warn,
            fmt::format("{} messages wait for their next attempt (max_retrying): the source is not "
                        "read while there are so many",
                        engine_.retrying()),
            {.topology = plan_.settings.name});
}

void run_state::settle() {
  metrics_.settled(engine_.settlements, base::steady_ns());
  pump_.failed(engine_.failure_counts);
  pump_.settle(engine_.settlements);
  open_the_source();
}

// Room opens by the quarter, so that a busy source reads in batches. Nothing is read for workers
// that may yet fail to start: not every source could take it back.
void run_state::open_the_source() {
  const bool opens = workers_.ready() && has_room() && state() == admin::activity::running;
  pump_.allow(opens ? engine_.room() : 0, opens ? engine_.byte_room() : 0);
}

bool run_state::has_room() const {
  const config::limits& limit = plan_.settings.limit;
  return engine_.room() >= std::max<std::uint64_t>(1, limit.max_pending / 4) &&
         engine_.byte_room() >= limit.max_pending_bytes / 4;
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
  if (const auto due = questions_.next_due_ns()) next = std::min(next, *due);
  if (walk_ || questions_.walk_due()) next = std::min(next, next_step_ns_);
  if (phase_ == phase::draining) next = std::min(next, deadline_ns_);
  if (options_.duration) next = std::min(next, start_ns_ + base::nanoseconds(*options_.duration));
  return next;
}

} // namespace tempest::service
