#include "runtime/service/task_meters.hpp"

#include <algorithm>
#include <utility>

#include "runtime/metrics/seconds.hpp"

namespace tempest::service {

task_meters::task_meters(const assembly& plan, metrics::registry& to) : work_(plan.tasks.size()) {
  namespace builtin = metrics::builtin;
  for (const task_plan& task : plan.tasks) {
    series& made = tasks_.emplace_back();
    if (task.plugin.descriptor == nullptr) continue; // of another process
    const std::string& name = task.settings.name;
    made = {&to.own(builtin::workers, name), &to.own(builtin::handle_time, name),
            &to.own(builtin::worker_time, name, "busy"),
            &to.own(builtin::worker_time, name, "blocked"),
            &to.own(builtin::worker_time, name, "idle")};
  }
}

void task_meters::look(std::uint32_t task, const worker::work_meter& meter, meter_reading& last,
                       bool held_back, std::int64_t now_ns) {
  const series& into = tasks_[task];
  task_work& sums = work_[task];
  for (std::size_t i = 0; i < sums.times.size(); ++i) sums.times[i] -= last.times.counts()[i];
  last.times.pass_on(meter.times(), *into.handle);
  for (std::size_t i = 0; i < sums.times.size(); ++i) sums.times[i] += last.times.counts()[i];
  const std::int64_t seen_ns = std::exchange(last.seen_ns, now_ns);
  const std::int64_t busy_ns = std::max(last.busy_ns, meter.busy_ns(now_ns));
  if (seen_ns == 0) {
    last.busy_ns = busy_ns;
    return;
  }
  const std::int64_t passed_ns = now_ns - seen_ns;
  const std::int64_t at_work_ns = std::min(busy_ns - last.busy_ns, passed_ns);
  last.busy_ns += at_work_ns; // what is beyond counts the next time
  into.busy->update(metrics::seconds(at_work_ns));
  (held_back ? into.blocked : into.idle)->update(metrics::seconds(passed_ns - at_work_ns));
  sums.busy_ns += static_cast<std::uint64_t>(at_work_ns);
  (held_back ? sums.blocked_ns : sums.idle_ns) +=
      static_cast<std::uint64_t>(passed_ns - at_work_ns);
}

void task_meters::count(std::uint32_t task, std::size_t workers) {
  work_[task].workers = workers;
  if (tasks_[task].workers != nullptr) tasks_[task].workers->update(static_cast<double>(workers));
}

} // namespace tempest::service
