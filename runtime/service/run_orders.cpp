// What a run is told while it runs: to read nothing for now, to read again, to end.
#include <string>

#include "runtime/base/log.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {

using admin::activity;
using admin::order;

activity run_state::state() const {
  if (phase_ != phase::running || told_to_stop_) return activity::stopping;
  if (drains_) return activity::draining;
  return paused_ ? activity::paused : activity::running;
}

// Orders may come twice, and late: who gives one hears how things stand.
admin::order_answer run_state::obey(order what, std::int64_t now_ns) {
  std::string refusal = why_not(what);
  if (refusal.empty()) {
    switch (what) {
      case order::pause:
        pause(true);
        break;
      case order::resume:
        pause(false);
        break;
      case order::drain:
        drain(now_ns);
        break;
      case order::stop:
        told_to_stop_ = true; // check_end() sees to it
        break;
    }
  }
  return {plan_.settings.name, state(), std::move(refusal)};
}

std::string run_state::why_not(order what) const {
  const activity now = state();
  if (now == activity::stopping && what != order::stop) return "it is about to end";
  if (now == activity::draining && (what == order::pause || what == order::resume)) {
    return "it drains: it reads nothing more, and ends once nothing is in flight";
  }
  return {};
}

void run_state::pause(bool from_now_on) {
  if (from_now_on == paused_) return;
  paused_ = from_now_on;
  if (paused_) pump_.hold(); // else settle() opens it
  health_.paused(paused_);
  base::log(base::log_level::info,
            paused_ ? "paused, as it was told: the source is not read until it is told to resume"
                    : "resumed, as it was told: the source is read again",
            {.topology = plan_.settings.name});
}

// In flight is also what waits for its next attempt, or for the dead letters' sink.
void run_state::drain(std::int64_t now_ns) {
  if (drains_) return;
  drains_ = true;
  paused_ = false;
  pump_.stop_polling();
  health_.process("it drains, and ends once nothing is in flight", now_ns);
  base::log(base::log_level::info,
            "drains, as it was told: reads nothing more, and ends once nothing is in flight",
            {.topology = plan_.settings.name});
}

} // namespace tempest::service
