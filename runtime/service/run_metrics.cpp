#include "runtime/service/run_metrics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/metrics/seconds.hpp"

namespace tempest::service {
namespace {

namespace builtin = metrics::builtin;
using metrics::seconds;

// Sources may give any time, also one that is yet to come.
std::int64_t nanoseconds_between(std::int64_t earlier_ms, std::int64_t later_ms) {
  constexpr std::int64_t most_ms = INT64_MAX / 1'000'000;
  return std::clamp<std::int64_t>(later_ms - earlier_ms, 0, most_ms) * 1'000'000;
}

// Messages that were read together and end together: measured once for all.
bool are_alike(const engine::settlement& one, const engine::settlement& other) {
  return one.what == other.what && one.accepted_ns == other.accepted_ns &&
         one.timestamp_ms == other.timestamp_ms;
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

} // namespace

void run_metrics::sum::reaches(std::uint64_t value) {
  // What was given back before it was begun is taken out of a task's inflow again: that counter
  // waits until it is where it was.
  if (value <= told) return;
  into->update(number(value - std::exchange(told, value)));
}

run_metrics::run_metrics(const assembly& plan, metrics::registry& to)
    : registry_(to),
      source_name_(plan.settings.source.plugin.type),
      source_(source_of(plan, to)),
      messages_(messages_of(to)) {
  for (const task_plan& task : plan.tasks) tasks_.push_back(task_of(task.settings.name, to));
}

run_metrics::source_series run_metrics::source_of(const assembly& plan, metrics::registry& to) {
  const std::string& name = plan.settings.source.plugin.type;
  const auto gauge = [&](const metrics::description& what) { return &to.own(what, name); };
  const auto counter = [&](const metrics::description& what, std::string_view label = {}) {
    return sum{&to.own(what, name, label)};
  };
  return {.up = gauge(builtin::source_up),
          .unconfirmed = gauge(builtin::source_unconfirmed),
          .backoff = gauge(builtin::source_backoff),
          .read = counter(builtin::source_messages_read),
          .reconnects = counter(builtin::source_reconnects),
          .full_polls = counter(builtin::source_polls, "messages"),
          .empty_polls = counter(builtin::source_polls, "empty"),
          .bad_polls = counter(builtin::source_polls, "error"),
          .acked = counter(builtin::source_settled, "acked"),
          .failed = counter(builtin::source_settled, "failed"),
          .returned = counter(builtin::source_settled, "returned"),
          .gone = counter(builtin::source_settled, "gone"),
          .withdrawn = counter(builtin::source_settled, "withdrawn")};
}

run_metrics::message_series run_metrics::messages_of(metrics::registry& to) {
  const auto series = [&](const metrics::description& what) { return &to.own(what); };
  const auto settled = [&](std::string_view outcome) {
    return sum{&to.own(builtin::settled, {}, outcome)};
  };
  const auto state = [&](admin::activity one) { return &to.own(builtin::state, {}, word(one)); };
  return {.state = {state(admin::activity::running), state(admin::activity::paused),
                    state(admin::activity::draining), state(admin::activity::stopping)},
          .in_flight = series(builtin::in_flight),
          .bytes = series(builtin::in_flight_bytes),
          .retrying = series(builtin::retrying),
          .oldest = series(builtin::oldest_age),
          .time = series(builtin::message_time),
          .age = series(builtin::message_age),
          .letters_waiting = series(builtin::dead_letters_waiting),
          .letters = {series(builtin::dead_letters)},
          .late_reports = {series(builtin::late_reports)},
          .acked = settled("ack"),
          .failed = settled("fail"),
          .returned = settled("return")};
}

run_metrics::task_series run_metrics::task_of(const std::string& name, metrics::registry& to) {
  const auto counter = [&](const metrics::description& what, std::string_view label = {}) {
    return sum{&to.own(what, name, label)};
  };
  return {.deliveries = counter(builtin::deliveries),
          .succeeded = counter(builtin::handled, "succeeded"),
          .skipped = counter(builtin::handled, "skipped"),
          .failed = counter(builtin::handled, "failed"),
          .rejected = counter(builtin::handled, "rejected"),
          .timed_out = counter(builtin::handled, "timed_out"),
          .outputs = counter(builtin::outputs),
          .retries = counter(builtin::retries),
          .queued = &to.own(builtin::queued, name)};
}

void run_metrics::settled(std::span<const engine::settlement> decided, std::int64_t now_ns) {
  const std::int64_t calendar_ms = base::calendar_ms();
  for (auto first = decided.begin(); first != decided.end();) {
    const auto last = std::find_if_not(first + 1, decided.end(),
                                       [&](const auto& one) { return are_alike(*first, one); });
    ended(*first, static_cast<std::uint64_t>(last - first), now_ns, calendar_ms);
    first = last;
  }
}

// `count` messages like `one`.
void run_metrics::ended(const engine::settlement& one, std::uint64_t count, std::int64_t now_ns,
                        std::int64_t calendar_ms) {
  if (one.what == TEMPEST_RETURN) {
    returns_ += count; // they have not ended
    return;
  }
  (one.what == TEMPEST_ACK ? acks_ : fails_) += count;
  times_.add(now_ns - one.accepted_ns, count);
  if (one.timestamp_ms > 0) ages_.add(nanoseconds_between(one.timestamp_ms, calendar_ms), count);
}

void run_metrics::publish(const engine::engine& engine, std::int64_t oldest_ns,
                          const source::pump_status& source, const run_report& report) {
  publish_source(source);
  publish_messages(engine, report);
  messages_.oldest->update(seconds(oldest_ns));
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) publish_task(task, engine);
  if (report.processes) publish_processes(report);
}

void run_metrics::publish_source(const source::pump_status& now) {
  const bool up = now.state == source::pump_state::connected && !now.doubted;
  source_.up->update(up ? 1 : 0);
  source_.unconfirmed->update(number(now.counts.unsettled));
  source_.backoff->update(seconds(now.backoff_ns));
  publish_waiting(now.waiting);
  source_.read.reaches(now.counts.read);
  source_.reconnects.reaches(now.counts.reconnects);
  source_.full_polls.reaches(now.counts.full_polls);
  source_.empty_polls.reaches(now.counts.empty_polls);
  source_.bad_polls.reaches(now.counts.bad_polls);
  source_.acked.reaches(now.counts.acked);
  source_.failed.reaches(now.counts.failed);
  source_.returned.reaches(now.counts.returned);
  source_.gone.reaches(now.counts.gone);
  source_.withdrawn.reaches(now.counts.withdrawn);
}

void run_metrics::publish_waiting(std::optional<std::uint64_t> now) {
  if (now) {
    if (waiting_ == nullptr) waiting_ = &registry_.own(builtin::source_waiting, source_name_);
    waiting_->update(number(*now));
  } else if (std::exchange(waiting_, nullptr) != nullptr) {
    registry_.withdraw(builtin::source_waiting, source_name_);
  }
}

void run_metrics::publish_messages(const engine::engine& engine, const run_report& report) {
  for (std::size_t one = 0; one < std::size(messages_.state); ++one) {
    messages_.state[one]->update(one == static_cast<std::size_t>(report.state) ? 1 : 0);
  }
  messages_.in_flight->update(number(engine.in_flight()));
  messages_.bytes->update(number(engine.bytes()));
  messages_.retrying->update(number(engine.retrying()));
  messages_.letters_waiting->update(number(report.letters_waiting));
  messages_.letters.reaches(report.source.dead_lettered);
  messages_.late_reports.reaches(engine.stats().late_reports);
  messages_.acked.reaches(acks_);
  messages_.failed.reaches(fails_);
  messages_.returned.reaches(returns_);
  times_read_.pass_on(times_, *messages_.time);
  ages_read_.pass_on(ages_, *messages_.age);
}

void run_metrics::publish_processes(const run_report& report) {
  registry_.own(builtin::task_processes).update(number(report.processes->connected));
  for (const task_counts& task : report.tasks) {
    registry_.own(builtin::workers, task.name).update(number(task.workers.value_or(0)));
  }
}

void run_metrics::publish_task(std::uint32_t task, const engine::engine& engine) {
  const engine::task_statistics& counts = engine.stats().tasks[task];
  task_series& of = tasks_[task];
  of.deliveries.reaches(counts.inflow);
  of.succeeded.reaches(counts.handled);
  of.skipped.reaches(counts.skipped);
  of.failed.reaches(counts.errors - counts.rejected - counts.timed_out);
  of.rejected.reaches(counts.rejected);
  of.timed_out.reaches(counts.timed_out);
  of.outputs.reaches(counts.outflow);
  of.retries.reaches(counts.retries);
  of.queued->update(number(engine.queued(task) + engine.suspects(task)));
}

} // namespace tempest::service
