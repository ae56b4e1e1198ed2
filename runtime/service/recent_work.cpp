#include "runtime/service/recent_work.hpp"

#include <algorithm>

#include "runtime/metrics/buckets.hpp"
#include "runtime/metrics/quantile.hpp"
#include "runtime/metrics/seconds.hpp"

namespace tempest::service {

recent_work::recent_work(std::size_t tasks, std::int64_t start_ns) {
  for (work_sample& one : ring_) one.tasks.resize(tasks);
  ring_[0].at_ns = start_ns;
}

work_sample* recent_work::due(std::int64_t now_ns) {
  if (now_ns - ring_[newest_].at_ns < step_ns) return nullptr;
  newest_ = (newest_ + 1) % ring_.size();
  if (newest_ == oldest_) oldest_ = (oldest_ + 1) % ring_.size();
  ring_[newest_].at_ns = now_ns;
  return &ring_[newest_];
}

double per_second(std::uint64_t before, std::uint64_t now, std::int64_t passed_ns) {
  return passed_ns <= 0 || now <= before
             ? 0
             : static_cast<double>(now - before) / metrics::seconds(passed_ns);
}

std::optional<double> busy_between(const task_work& before, const task_work& now) {
  const std::uint64_t busy_ns = now.busy_ns - before.busy_ns;
  const std::uint64_t all_ns =
      busy_ns + now.blocked_ns - before.blocked_ns + now.idle_ns - before.idle_ns;
  if (all_ns == 0) return std::nullopt;
  return static_cast<double>(busy_ns) / static_cast<double>(all_ns);
}

work_rates rates_between(const work_sample::task& before, const work_sample::task& now,
                         std::int64_t passed_ns) {
  work_rates made;
  made.ended_per_s = per_second(before.ended, now.ended, passed_ns);
  made.busy = busy_between(before.work, now.work);
  auto times = now.work.times;
  for (std::size_t i = 0; i < times.size(); ++i) times[i] -= before.work.times[i];
  made.p50_s = metrics::quantile(metrics::duration_bounds, times, 0.5);
  made.p99_s = metrics::quantile(metrics::duration_bounds, times, 0.99);
  return made;
}

} // namespace tempest::service
