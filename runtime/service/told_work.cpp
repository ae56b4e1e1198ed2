#include "runtime/service/told_work.hpp"

#include <algorithm>

#include "runtime/service/recent_work.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t while_ns = 5'000'000'000;
constexpr std::uint64_t most_ends = 1'000'000'000;        // of one length, between two heartbeats
constexpr std::uint64_t starts_within_ns = 2'000'000'000; // a process, before it is let in

std::uint64_t grown(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

// Whether its workers have not been there for longer than that, together.
bool is_of_a_new_process(const wire::work& said, std::uint64_t most_ns) {
  return said.busy_ns <= most_ns && said.blocked_ns <= most_ns && said.idle_ns <= most_ns;
}

} // namespace

void told_work::hear(const wire::work& said, std::uint32_t workers, std::int64_t now_ns,
                     task_work& sums) {
  const auto passed_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ns - last_ns_));
  if (!last_ && is_of_a_new_process(said, workers * (passed_ns + starts_within_ns))) {
    last_.emplace();
  }
  if (last_) {
    // It counts itself when it says so, and a heartbeat may be late.
    const std::uint64_t most_ns = 2 * passed_ns * workers;
    add(said, most_ns, sums);
    add(said, most_ns, since_it_came_);
  }
  last_ = said;
  last_ns_ = now_ns;
  if (now_ns < next_then_ns_) return;
  next_then_ns_ = now_ns + while_ns;
  before_ = then_;
  then_ = since_it_came_;
}

void told_work::add(const wire::work& said, std::uint64_t most_ns, task_work& to) const {
  to.busy_ns += std::min(most_ns, grown(last_->busy_ns, said.busy_ns));
  to.blocked_ns += std::min(most_ns, grown(last_->blocked_ns, said.blocked_ns));
  to.idle_ns += std::min(most_ns, grown(last_->idle_ns, said.idle_ns));
  for (std::size_t i = 0; i < std::min(to.times.size(), said.times.size()); ++i) {
    const std::uint64_t more = grown(i < last_->times.size() ? last_->times[i] : 0, said.times[i]);
    if (more <= most_ends) to.times[i] += more;
  }
}

std::optional<double> told_work::busy() const {
  return busy_between(before_, since_it_came_);
}

} // namespace tempest::service
