// When a run ends, and how: G9.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/plugin/options.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t leave_within_ns = 1'000'000'000; // after the deadline, for threads to end
// A source with nothing in hand has to take its leave of its broker, and no more: one that is
// silent is not waited for as long as for work.
constexpr std::int64_t farewell_ns = 2'000'000'000;
constexpr std::int64_t look_again_ns = 50'000'000; // for a second signal

int code_of(base::exit_code code) {
  return static_cast<int>(code);
}

} // namespace

void run_state::fail(int code, const std::string& why) {
  if (std::find(fatal_.begin(), fatal_.end(), why) != fatal_.end()) return;
  if (exit_code_ == 0) exit_code_ = code;
  fatal_.push_back(why);
  base::log(base::log_level::error, why, {.topology = plan_.settings.name});
}

// What the source has not answered may come again, so that is waited for; not for ever.
bool run_state::source_finished(std::int64_t now_ns) {
  const bool all_told = source_.ended && engine_.in_flight() == 0 && engine_.settlements.empty() &&
                        source_.counts.read == engine_.stats().accepted;
  if (!all_told) {
    all_told_ns_.reset();
    return false;
  }
  if (source_.counts.unsettled == 0) return true;
  if (!all_told_ns_) all_told_ns_ = now_ns;
  if (now_ns - *all_told_ns_ < base::nanoseconds(plan_.settings.graceful_shutdown)) return false;
  base::log(base::log_level::warn,
            fmt::format("source {} is at its end and has not answered {} settlements within "
                        "graceful_shutdown",
                        plan_.settings.source.plugin.type, source_.counts.unsettled),
            {.topology = plan_.settings.name});
  return true;
}

bool run_state::idle_too_long(std::int64_t now_ns) {
  if (source_.counts.read != last_read_ || source_.more_comes || engine_.in_flight() > 0 ||
      paused_ || !workers_.ready()) {
    last_read_ = source_.counts.read;
    last_activity_ns_ = now_ns;
  }
  return options_.stop_when_idle &&
         now_ns - last_activity_ns_ >= base::nanoseconds(*options_.stop_when_idle);
}

// What makes it useless to go on.
void run_state::check_trouble() {
  if (const auto why = workers_.fatal()) fail(code_of(why->code()), why->what());
  if (letters_) {
    if (const auto why = letters_->fatal()) fail(code_of(why->code()), why->what());
  }
  const std::string& type = plan_.settings.source.plugin.type;
  if (source_.state == source::pump_state::unusable) {
    fail(code_of(source_.code),
         fmt::format("source {} could not be created: {}", type,
                     plugin::placed(source_.reason, plan_.settings.source.plugin)));
  }
  if (source_.state == source::pump_state::gave_up) {
    fail(code_of(base::exit_code::unavailable),
         fmt::format("source {} is unhealthy: {}", type, source_.reason));
  }
  if (!engine_.stop_reason.empty()) {
    fail(code_of(base::exit_code::failure),
         "a message failed, and on_exhausted is \"stop\": " + engine_.stop_reason);
  }
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
  check_trouble();
  const bool time_is_up =
      options_.duration && now_ns - start_ns_ >= base::nanoseconds(*options_.duration);
  const bool idle = idle_too_long(now_ns);
  if (time_is_up && fatal_.empty()) {
    const std::string why = workers_.never_came();
    if (!why.empty()) fail(code_of(base::exit_code::unavailable), why);
  }
  if (idle && fatal_.empty() && source_.was_connected && source_.doubted) {
    fail(code_of(base::exit_code::unavailable),
         fmt::format("source {} is away: {}", plan_.settings.source.plugin.type, source_.reason));
  }
  const bool told_to = asked > 0 || told_to_stop_ || (drains_ && all_settled());
  if (told_to || time_is_up || idle || !fatal_.empty() || source_finished(now_ns)) {
    begin_drain(now_ns);
  }
}

// Stops reading; what is not begun goes back at once; what is begun may finish.
void run_state::begin_drain(std::int64_t now_ns) {
  phase_ = phase::draining;
  health_.process("shutting down", now_ns);
  deadline_ns_ =
      all_told_ns_.value_or(now_ns) + base::nanoseconds(plan_.settings.graceful_shutdown);
  const bool asked =
      told_to_stop_ || drains_ || (options_.stop != nullptr && options_.stop->count.load() > 0);
  const bool too_soon = asked && source_.reason.empty(); // to know whether the source is there
  if (!source_.was_connected && fatal_.empty() && !too_soon) {
    fail(code_of(base::exit_code::unavailable),
         fmt::format("source {} was never reached: {}", plan_.settings.source.plugin.type,
                     source_.reason.empty() ? "no answer yet" : source_.reason));
  }
  pump_.stop_polling();
  engine_.stop();
  cancel();
  workers_.close();
}

void run_state::check_drained(std::int64_t now_ns) {
  const bool workers_done = workers_.all_done();
  // Once no worker can fail a message any more, the last dead letters are known.
  if (letters_ && workers_done && engine_.dead_letters.empty() &&
      !std::exchange(letters_stopped_, true)) {
    letters_->stop();
  }
  const bool letters_done = !letters_ || letters_->done();
  if ((workers_done && letters_done && all_settled()) || now_ns >= deadline_ns_) {
    phase_ = phase::over;
  }
}

// Of all that was read, and no more is.
bool run_state::all_settled() const {
  const bool source_is_lost =
      source_.state != source::pump_state::connected && source_.state != source::pump_state::away;
  const bool reads_no_more = source_.stopped || source_.state != source::pump_state::connected;
  const bool all_collected = source_.counts.read == engine_.stats().accepted;
  return reads_no_more && all_collected && engine_.in_flight() == 0 &&
         engine_.settlements.empty() && (source_.counts.unsettled == 0 || source_is_lost);
}

// The source's last words, then every thread's end, as far as they come.
void run_state::leave() {
  const std::int64_t start = base::steady_ns();
  const std::int64_t deadline = std::max(deadline_ns_, start) + leave_within_ns;
  metrics_.settled(engine_.settlements, start);
  pump_.failed(engine_.failure_counts);
  pump_.settle(engine_.settlements);
  // Before the deadline only when all is done. Its own is the earlier: it has to come back from it.
  pump_.close(std::min(start + farewell_ns, deadline - leave_within_ns / 2));
  if (letters_) letters_->stop();
  workers_.hurry();
  const auto all_ended = [this] {
    return source_.closed && workers_.all_done() && (!letters_ || letters_->done());
  };
  for (;;) {
    source_ = pump_.status();
    if (options_.stop != nullptr && options_.stop->count.load() >= 2) hurried_ = true;
    const std::int64_t now = base::steady_ns();
    health_.beat(now);
    if (all_ended() || hurried_ || now >= deadline) break;
    answer_questions(now);
    bell_.wait(std::min(deadline, now + look_again_ns));
  }
  stuck_ = !all_ended() || workers_.left_alone();
  if (stuck_) {
    say_left_behind(base::steady_ns());
    workers_.detach();
    if (letters_) letters_->detach();
    pump_.detach();
    return;
  }
  workers_.join();
  if (letters_) letters_->join();
  pump_.join();
}

// Who is told to end, and why something is abandoned.
void run_state::say_left_behind(std::int64_t now_ns) const {
  if (!source_.closed) {
    source_calls_.left_behind(
        pump_.call(), now_ns,
        source_.counts.unsettled == 0
            ? ""
            : fmt::format("; {} settlements have not reached it", source_.counts.unsettled));
  }
  if (letters_ && !letters_->done()) letter_calls_.left_behind(letters_->call(), now_ns, "");
}

} // namespace tempest::service
