#include "runtime/service/attendance.hpp"

namespace tempest::service {

attendance::attendance(std::size_t tasks, std::int64_t timeout_ns, std::int64_t now_ns)
    : timeout_ns_(timeout_ns), tasks_(tasks, state{0, now_ns}), absent_(tasks) {}

bool attendance::came(std::uint32_t task, std::uint32_t workers) {
  state& one = tasks_[task];
  const bool changes = one.workers == 0 && workers > 0;
  one.workers += workers;
  if (!changes) return false;
  one.said = false;
  one.ever = true;
  --absent_;
  was_complete_ = was_complete_ || complete();
  return true;
}

bool attendance::went(std::uint32_t task, std::uint32_t workers, std::int64_t now_ns) {
  state& one = tasks_[task];
  one.workers -= workers;
  if (one.workers > 0 || workers == 0) return false;
  one.absent_since_ns = now_ns;
  ++absent_;
  return true;
}

std::vector<std::uint32_t> attendance::absent() const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    if (tasks_[task].workers == 0) found.push_back(task);
  }
  return found;
}

std::vector<std::uint32_t> attendance::never_here() const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    if (!tasks_[task].ever) found.push_back(task);
  }
  return found;
}

std::optional<std::int64_t> attendance::missed_since(std::uint32_t task,
                                                     std::int64_t now_ns) const {
  const state& one = tasks_[task];
  if (one.workers > 0) return std::nullopt;
  if (was_complete_ && now_ns - one.absent_since_ns < timeout_ns_) return std::nullopt;
  return one.absent_since_ns;
}

std::vector<std::uint32_t> attendance::overdue(std::int64_t now_ns) {
  std::vector<std::uint32_t> found;
  if (complete()) return found;
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    state& one = tasks_[task];
    if (one.workers > 0 || one.said || now_ns - one.absent_since_ns < timeout_ns_) continue;
    one.said = true;
    found.push_back(task);
  }
  return found;
}

} // namespace tempest::service
