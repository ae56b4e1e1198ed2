// Numbers of a run: while it runs and at its end.
#include <algorithm>

#include "runtime/base/error.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {

run_report run_state::report_now(std::int64_t now_ns) const {
  run_report report;
  report.topology = plan_.settings.name;
  report.state = state();
  report.duration_s = static_cast<double>(now_ns - start_ns_) / 1e9;
  report.source.read = source_.counts.read;
  report.source.acked = source_.counts.acked;
  report.source.failed = source_.counts.failed;
  report.source.dead_lettered = dead_lettered_;
  report.source.returned = source_.counts.returned;
  report.source.withdrawn = source_.counts.withdrawn;
  report.source.gone = source_.counts.gone;
  report.in_flight = engine_.in_flight();
  report.letters_waiting = backlog_.waiting();
  report.letters_hold_up = backlog_.holds_up();
  const auto& tasks = engine_.stats().tasks;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    report.tasks.push_back({tasks[i], plan_.tasks[i].settings.name});
  }
  workers_.count(report);
  return report;
}

void run_state::finish_report(run_report& report) const {
  // Given back to a source that cannot hand it out again is as good as dropped.
  const bool keeps = plan_.traits.guarantee == TEMPEST_AT_LEAST_ONCE;
  if (!keeps) report.source.returned = 0;
  // Whatever was read and did not come to a known end was in hand.
  const source::pump_counts& counts = source_.counts;
  const std::uint64_t known =
      counts.acked + counts.failed + report.source.returned + counts.gone + counts.withdrawn;
  report.source.abandoned = counts.read - std::min(counts.read, known);
  report.fatal = fatal_;
  report.stuck = stuck_;
  base::exit_code how = base::exit_code::ok;
  if (report.source.abandoned > 0 || hurried_) {
    how = base::exit_code::abandoned;
  } else if (engine_.left_any()) {
    how = base::exit_code::failure;
  }
  report.exit_code = exit_code_ != 0 ? exit_code_ : static_cast<int>(how);
}

void run_state::status(std::int64_t now_ns) {
  if (!options_.on_status || now_ns < next_status_ns_) return;
  next_status_ns_ = now_ns + std::chrono::nanoseconds(options_.status_interval).count();
  options_.on_status(report_now(now_ns));
}

} // namespace tempest::service
