// When a run ends, and how: G9.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t leave_within_ns = 1'000'000'000; // after the deadline, for threads to end

int code_of(base::exit_code code) {
  return static_cast<int>(code);
}

std::int64_t nanoseconds(std::chrono::milliseconds time) {
  return time.count() * 1'000'000;
}

} // namespace

void run_state::fail(int code, const std::string& why) {
  if (std::find(fatal_.begin(), fatal_.end(), why) != fatal_.end()) return;
  if (exit_code_ == 0) exit_code_ = code;
  fatal_.push_back(why);
  base::log(base::log_level::error, why,
            {.topology = plan_.settings.name, .task = {}, .message_id = {}});
}

bool run_state::source_finished() const {
  const std::uint64_t answered =
      arrivals_.acked + arrivals_.failed + arrivals_.returned + arrivals_.gone;
  return arrivals_.ended && engine_.in_flight() == 0 && engine_.settlements.empty() &&
         answered >= settled_;
}

bool run_state::idle_too_long(std::int64_t now_ns) {
  const std::uint64_t activity = arrivals_.read + settled_;
  if (activity != last_activity_ || engine_.in_flight() > 0) {
    last_activity_ = activity;
    last_activity_ns_ = now_ns;
  }
  return options_.stop_when_idle &&
         now_ns - last_activity_ns_ >= nanoseconds(*options_.stop_when_idle);
}

void run_state::check_end(std::int64_t now_ns) {
  const int asked = options_.stop != nullptr ? options_.stop->count.load() : 0;
  if (asked >= 2) {
    hurried_ = true;
    if (phase_ == phase::running) begin_drain(now_ns);
    phase_ = phase::over;
    return;
  }
  if (phase_ == phase::draining) return check_drained(now_ns);
  const std::string worker_fatal = crew_.fatal();
  if (!worker_fatal.empty()) fail(code_of(base::exit_code::bad_config), worker_fatal);
  if (letters_ && !letters_->fatal().empty()) {
    fail(code_of(base::exit_code::bad_config), letters_->fatal());
  }
  if (!arrivals_.fatal.empty()) {
    fail(code_of(arrivals_.unusable ? base::exit_code::bad_config : base::exit_code::unavailable),
         arrivals_.fatal);
  }
  if (!engine_.stop_reason.empty()) {
    fail(code_of(base::exit_code::failure),
         "a message failed, and on_exhausted is \"stop\": " + engine_.stop_reason);
  }
  const bool time_is_up =
      options_.duration && now_ns - start_ns_ >= nanoseconds(*options_.duration);
  const bool idle = idle_too_long(now_ns);
  if ((time_is_up || idle) && !arrivals_.connected) {
    fail(code_of(base::exit_code::unavailable),
         fmt::format("source {} was never reached", plan_.settings.source.plugin.type));
  }
  if (asked > 0 || time_is_up || idle || !fatal_.empty() || source_finished()) {
    begin_drain(now_ns);
  }
}

// Stops reading; what is not begun goes back at once; what is begun may finish.
void run_state::begin_drain(std::int64_t now_ns) {
  phase_ = phase::draining;
  deadline_ns_ = now_ns + nanoseconds(plan_.settings.graceful_shutdown);
  desk_.begin_stop(deadline_ns_);
  engine_.stop();
  cancel();
  for (seat& one : crew_.seats()) one.link.close();
  pump_.interrupt();
}

void run_state::check_drained(std::int64_t now_ns) {
  const bool workers_done = crew_.all_done() && !crew_.any_deferred();
  // Once no worker can fail a message any more, the last dead letters are known.
  if (letters_ && workers_done && engine_.dead_letters.empty() &&
      !std::exchange(letters_stopped_, true)) {
    letters_->stop();
  }
  const std::uint64_t answered =
      arrivals_.acked + arrivals_.failed + arrivals_.returned + arrivals_.gone;
  const bool all_settled = engine_.in_flight() == 0 && engine_.settlements.empty() &&
                           (answered >= settled_ || !arrivals_.connected || arrivals_.stopped);
  const bool letters_done = !letters_ || letters_->done();
  if ((workers_done && letters_done && all_settled) || now_ns >= deadline_ns_) {
    phase_ = phase::over;
  }
}

// The source's last words, then every thread's end, as far as they come.
void run_state::leave() {
  abandoned_ = engine_.in_flight();
  desk_.finish_stop();
  pump_.interrupt();
  if (letters_) letters_->stop();
  const std::int64_t deadline =
      hurried_ ? base::steady_ns() : std::max(deadline_ns_, base::steady_ns()) + leave_within_ns;
  const auto all_ended = [this] {
    return arrivals_.stopped && crew_.all_done() && !crew_.any_deferred() &&
           (!letters_ || letters_->done());
  };
  for (;;) {
    desk_.collect(arrivals_);
    if (all_ended()) break;
    const std::int64_t now = base::steady_ns();
    if (now >= deadline) break;
    bell_.wait(std::min(deadline, now + 10'000'000));
  }
  stuck_ = !all_ended();
  if (stuck_) {
    crew_.detach();
    if (letters_) letters_->detach();
    source_thread_.detach();
    return;
  }
  crew_.join();
  if (letters_) letters_->join();
  source_thread_.join();
}

} // namespace tempest::service
