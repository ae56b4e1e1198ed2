// Reaching the source, and noticing that it went away.
#include <fmt/format.h>

#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::source {
namespace {

constexpr std::int64_t ask_health_every_ns = 1'000'000'000;

} // namespace

bool pump::create() {
  base::plugin_error error;
  const base::plugin_calls::scope call(calls_, "create");
  source_ = functions_.create(host_.table(), &table_, &options_, error.get());
  if (source_ != nullptr) return true;
  now_.state = pump_state::unusable;
  now_.reason = error.text();
  now_.code = error.code();
  return false;
}

bool pump::connect() {
  if (base::steady_ns() < next_try_ns_) return false;
  base::plugin_error error;
  bool reached = false;
  bool late = false;       // an interrupt that the last poll has not noticed may end this wait
  bool called_off = false; // it is closing time: no fault of the source's
  do {
    {
      const std::scoped_lock lock(mutex_);
      in_plugin_ = connecting_ = true;
      late = std::exchange(interrupted_, false);
    }
    const base::plugin_calls::scope call(calls_, "connect");
    reached = functions_.connect(source_, error.get()) != 0;
    const std::scoped_lock lock(mutex_);
    in_plugin_ = connecting_ = false;
    called_off = interrupted_;
  } while (!reached && late && !called_off);
  if (!reached) {
    if (!called_off) lost(error.text());
    return false;
  }
  connected_ = true;
  now_.backoff_ns = 0;
  next_health_ns_ = base::steady_ns() + (unwell_ ? 0 : ask_health_every_ns);
  if (now_.was_connected) ++now_.counts.reconnects;
  now_.was_connected = true;
  now_.state = pump_state::connected;
  publish(); // the first poll may take its time
  return true;
}

// Only a poll that went well ends the growing pauses: some sources fail there, not in connect. One
// that was given up as unhealthy has to say too that it is well again.
void pump::found_well() {
  tries_ = 0;
  now_.doubted = false;
  if (std::exchange(away_said_, false)) say(base::log_level::info, "is back");
}

void pump::lost(const std::string& reason) {
  connected_ = false;
  now_.waiting.reset();
  now_.doubted = true;
  now_.reason = reason;
  if (now_.state == pump_state::connected) now_.state = pump_state::away;
  now_.backoff_ns = base::reconnect_after_ns(++tries_, settings_.max_backoff_ns, dice_);
  next_try_ns_ = base::steady_ns() + now_.backoff_ns;
  bad_answer(reason);
  if (now_.state == pump_state::gave_up || std::exchange(away_said_, true)) return;
  say(base::log_level::warn,
      fmt::format("{}: {}; it is tried again with growing pauses, up to {} ms",
                  now_.was_connected ? "is away" : "cannot be reached", reason,
                  settings_.max_backoff_ns / 1'000'000));
}

void pump::check_health(std::int64_t now_ns) {
  if (now_ns < next_health_ns_) return;
  next_health_ns_ = now_ns + ask_health_every_ns;
  base::plugin_error error;
  bool well = false;
  {
    const base::plugin_calls::scope call(calls_, "healthy");
    well = functions_.healthy(source_, error.get()) != 0;
  }
  if (well) {
    bad_answers_ = 0;
    unwell_ = false;
    return ask_depth();
  }
  const std::string reason = error.text();
  if (bad_answers_ + 1 >= settings_.unhealthy_limit) {
    unwell_ = true;
    lost(reason);
  } else {
    now_.reason = reason;
    bad_answer(reason);
  }
}

void pump::ask_depth() {
  if (functions_.depth == nullptr || !connected_) return;
  const base::plugin_calls::scope call(calls_, "depth");
  const std::int64_t waiting = functions_.depth(source_);
  now_.waiting.reset();
  if (waiting >= 0) now_.waiting = static_cast<std::uint64_t>(waiting);
}

void pump::bad_answer(const std::string& reason) {
  ++bad_answers_;
  if (settings_.unhealthy_shutdown == 0 || bad_answers_ < settings_.unhealthy_shutdown) return;
  now_.state = pump_state::gave_up;
  now_.reason =
      fmt::format("{} ({} bad answers in a row: unhealthy_shutdown)", reason, bad_answers_);
}

void pump::say(base::log_level level, const std::string& text) const {
  base::log(level, fmt::format("source {} {}", settings_.name, text),
            {.topology = settings_.topology});
}

} // namespace tempest::source
