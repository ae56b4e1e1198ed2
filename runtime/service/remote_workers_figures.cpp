// What there is to tell of task processes and their work.
#include <algorithm>
#include <map>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/metrics/seconds.hpp"
#include "runtime/service/remote_workers.hpp"

namespace tempest::service {

void remote_workers::count(run_report& report) const {
  report.processes = process_counts{processes_now_, processes_ever_};
  for (std::uint32_t task = 0; task < report.tasks.size(); ++task) {
    report.tasks[task].workers = attendance_.workers(task);
  }
}

void remote_workers::count(const engine::worker_report& done, group& of) {
  for (const engine::result& one : done.results) {
    switch (one.what) {
      case engine::outcome::succeeded:
      case engine::outcome::skipped:
        ++of.handled;
        break;
      case engine::outcome::failed:
      case engine::outcome::rejected:
      case engine::outcome::timed_out:
        ++of.errors;
        break;
      case engine::outcome::returned:
        break;
    }
  }
}

void remote_workers::worked(net::server_session& session, std::size_t task,
                            const wire::work& done) {
  group& one = group_of(session, task);
  one.told.hear(done, one.workers, base::steady_ns(), work_[session.tasks()[task].id]);
}

void remote_workers::begun(std::vector<engine::begun>& out) const {
  for (const std::vector<group>& groups : by_task_) {
    for (const group& one : groups) out.insert(out.end(), one.begun.begin(), one.begun.end());
  }
}

task_work remote_workers::work(std::uint32_t task) const {
  task_work made = work_[task];
  made.workers = attendance_.workers(task);
  for (const group& one : by_task_[task]) made.in_hand += one.session->in_hand(one.position);
  return made;
}

// In the order in which they came.
std::optional<std::vector<admin::process_status>> remote_workers::processes() const {
  const std::int64_t now = base::steady_ns();
  std::map<std::uint64_t, admin::process_status> found;
  for (std::uint32_t task = 0; task < by_task_.size(); ++task) {
    for (const group& one : by_task_[task]) {
      admin::process_status& of = found[one.process];
      of.name = one.session->name();
      of.connected_s = metrics::seconds(now - one.joined_ns);
      of.tasks.push_back(figures_of(one, task));
    }
  }
  std::vector<admin::process_status> made;
  made.reserve(found.size());
  for (auto& [process, status] : found) made.push_back(std::move(status));
  return made;
}

admin::process_status::task remote_workers::figures_of(const group& one, std::uint32_t task) const {
  admin::process_status::task made;
  made.name = plan_.tasks[task].settings.name;
  made.workers = one.workers;
  made.credit = one.session->room(one.position);
  made.in_hand = one.session->in_hand(one.position);
  made.begun = static_cast<std::uint64_t>(
      std::count_if(one.begun.begin(), one.begun.end(),
                    [this](const engine::begun& each) { return engine_->awaits(each.delivery); }));
  made.handled = one.handled;
  made.errors = one.errors;
  made.stuck = one.stuck;
  made.trouble = one.sink_trouble;
  made.busy = one.told.busy();
  return made;
}

} // namespace tempest::service
