// When a task process ends, and how: it gives back what is not begun, and reports what is.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/service/task_run.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t threads_end_within_ns =
    1'000'000'000; // after the deadline, for threads to end
constexpr std::int64_t look_for_signal_every_ns = 50'000'000; // for a second signal

} // namespace

void task_run::fail(int code, const std::string& why) {
  if (std::find(fatal_.begin(), fatal_.end(), why) != fatal_.end()) return;
  if (exit_code_ == 0) exit_code_ = code;
  fatal_.push_back(why);
  base::log(base::log_level::error, why, {.topology = plan_.settings.name});
}

// Whoever waits for its topology is not idle.
bool task_run::idle_too_long(std::int64_t now_ns) {
  if (dispatcher_.open() > 0 || !ever_joined_) last_activity_ns_ = now_ns;
  return options_.stop_when_idle &&
         now_ns - last_activity_ns_ >= base::nanoseconds(*options_.stop_when_idle);
}

void task_run::check_end(std::int64_t now_ns) {
  const int asked = options_.stop != nullptr ? options_.stop->count.load() : 0;
  hurried_ = asked >= 2;
  if (phase_ == phase::draining) {
    if (threads_.all_done() || hurried_ || now_ns >= deadline_ns_) phase_ = phase::over;
    return;
  }
  if (const auto why = threads_.fatal()) fail(static_cast<int>(why->code()), why->what());
  const bool time_is_up =
      options_.duration && now_ns - start_ns_ >= base::nanoseconds(*options_.duration);
  if (time_is_up && !ever_joined_ && fatal_.empty()) {
    fail(static_cast<int>(base::exit_code::unavailable),
         "no topology was ever reached at " + addresses_);
  }
  if (asked > 0 || time_is_up || !fatal_.empty() || idle_too_long(now_ns)) begin_drain(now_ns);
}

void task_run::begin_drain(std::int64_t now_ns) {
  phase_ = phase::draining;
  health_.process("shutting down", now_ns);
  deadline_ns_ = now_ns + base::nanoseconds(plan_.settings.graceful_shutdown);
  for (served_task& one : served_) one.credit.close();
  dispatcher_.give_back_all(back_);
  threads_.cancel(*this);
  threads_.close();
}

void task_run::leave() {
  const std::int64_t now = base::steady_ns();
  threads_.hurry();
  end_threads(hurried_ ? now : now + threads_end_within_ns);
  (void)threads_.collect(*this); // the last words of those that ended
  threads_.measure(*this, base::steady_ns());
  say_good_bye();
}

void task_run::end_threads(std::int64_t deadline_ns) {
  while (!threads_.all_done() && base::steady_ns() < deadline_ns) {
    if (options_.stop != nullptr && options_.stop->count.load() >= 2) hurried_ = true;
    if (hurried_) break;
    health_.beat(base::steady_ns());
    loop_.wait(std::min(deadline_ns, base::steady_ns() + look_for_signal_every_ns));
  }
  stuck_ = !threads_.all_done() || threads_.left_alone();
  if (stuck_) {
    threads_.detach();
  } else {
    threads_.join();
  }
}

// Of what is not finished people want to know what holds it up, and whether it is done elsewhere.
void task_run::say_unfinished() const {
  if (dispatcher_.open() == 0) return;
  const std::size_t awaited = dispatcher_.awaited();
  constexpr std::size_t named_at_most = 3;
  std::vector<std::string> named;
  for (const engine::begun& one : running_) {
    const std::string_view id = dispatcher_.message_id(one.delivery);
    if (id.empty() || named.size() == named_at_most) continue;
    const std::string& task =
        plan_.tasks[served_[dispatcher_.task(one.delivery)].position].settings.name;
    named.push_back(fmt::format("message '{}' in task '{}' for {} ms", base::one_line(id), task,
                                (base::steady_ns() - one.since) / 1'000'000));
  }
  base::log(
      base::log_level::warn,
      fmt::format("leaves {} deliveries unfinished: {}{}{}; {}", dispatcher_.open(),
                  hurried_ ? "it was told to end again" : "graceful_shutdown is over",
                  named.empty() ? "" : ", with ", fmt::join(named, ", "),
                  awaited == dispatcher_.open() ? std::string("they are done again elsewhere")
                  : awaited == 0                ? std::string("nobody waits for them any more")
                                 : fmt::format("{} of them are done again elsewhere", awaited)),
      {.topology = plan_.settings.name});
}

// What was reported arrives before it, over a slow link too: else it would be done again.
void task_run::say_good_bye() {
  say_unfinished();
  client_.close("it shuts down", hurried_ ? 0 : deadline_ns_);
  const bool in_a_hurry = hurried_;
  while (!client_.all_gone()) {
    if (options_.stop != nullptr && options_.stop->count.load() >= 2) hurried_ = true;
    if (hurried_ && !in_a_hurry) break;
    health_.beat(base::steady_ns());
    loop_.wait(base::steady_ns() + look_for_signal_every_ns);
  }
  unreported_ += client_.unreported();
  if (unreported_ == 0) return;
  const char* const why = hurried_                            ? "it was told to end again"
                          : base::steady_ns() >= deadline_ns_ ? "graceful_shutdown is over"
                                                              : "their topology takes no more";
  base::log(base::log_level::warn,
            fmt::format("leaves before {} finished deliveries are reported: {}; they may be done "
                        "again elsewhere",
                        unreported_, why),
            {.topology = plan_.settings.name});
}

run_report task_run::report_now(std::int64_t now_ns) const {
  run_report report;
  report.topology = plan_.settings.name;
  report.duration_s = static_cast<double>(now_ns - start_ns_) / 1e9;
  report.has_source = false;
  report.in_flight = dispatcher_.open();
  const std::span<const engine::task_statistics> stats = dispatcher_.stats();
  for (std::size_t i = 0; i < served_.size(); ++i) {
    report.tasks.push_back({stats[i], plan_.tasks[served_[i].position].settings.name});
  }
  return report;
}

void task_run::finish_report(run_report& report) const {
  report.fatal = fatal_;
  report.stuck = stuck_;
  const bool abandoned = dispatcher_.awaited() > 0 || hurried_ || unreported_ > 0;
  const auto how = abandoned ? base::exit_code::abandoned : base::exit_code::ok;
  report.exit_code = exit_code_ != 0 ? exit_code_ : static_cast<int>(how);
}

void task_run::status(std::int64_t now_ns) {
  if (!options_.on_status || now_ns < next_status_ns_) return;
  next_status_ns_ = now_ns + base::nanoseconds(options_.status_interval);
  options_.on_status(report_now(now_ns));
}

} // namespace tempest::service
