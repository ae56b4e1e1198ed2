#include "runtime/service/run_taps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/service/tap.hpp"

namespace tempest::service {

run_taps::run_taps() = default;
run_taps::~run_taps() = default;

admin::tap_answer run_taps::open(const assembly& plan, const admin::tap_query& what) {
  const auto at = find_tap_point(plan, what.of);
  if (!at) return {nullptr, false, no_such_point(plan, what.of)};
  forget_closed();
  if (open_.size() >= admin::tap_limits::taps) {
    return {nullptr, true,
            fmt::format("{} taps are open, and there cannot be more at once: end one of them",
                        open_.size())};
  }
  admin::tap_place place{plan.settings.name, plan.tasks[at->task].settings.name};
  if (at->from) place.from = plan.tasks[*at->from].settings.name;
  const auto stream = std::make_shared<admin::tap_stream>(std::move(place));
  open_.emplace_back(*at, what.where, stream, base::steady_ns());
  watching_ = true;
  const auto line = said_.spend(fmt::format("somebody looks at messages of {} '{}' (tempest tap)",
                                            at->from ? "edge" : "task", what.of),
                                what.of, base::steady_ns());
  if (line) base::log(base::log_level::info, *line, {.topology = plan.settings.name});
  return {stream};
}

void run_taps::forget_closed() {
  std::erase_if(open_, [](const tap& one) { return one.is_closed(); });
  watching_ = !open_.empty();
}

void run_taps::end(const std::string& reason) {
  for (tap& one : open_) one.end(reason);
  open_.clear();
  watching_ = false;
}

void run_taps::handed_out(engine::task_id task, std::span<const tempest_delivery> batch) {
  for (tap& one : open_) one.handed_out(task, batch);
}

void run_taps::reported(const engine::engine& engine, engine::task_id task,
                        engine::worker_id worker, const engine::worker_report& done) {
  for (tap& one : open_) one.reported(engine, task, worker, done);
}

} // namespace tempest::service
