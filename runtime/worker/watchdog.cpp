#include "runtime/worker/watchdog.hpp"

#include <utility>

namespace tempest::worker {

std::vector<engine::begun> watchdog::look(engine::worker_id worker,
                                          std::span<const engine::begun> running,
                                          std::int64_t now_ns) {
  std::vector<engine::begun> warnings;
  if (warn_ns_ == 0) return warnings;
  std::map<std::uint64_t, std::int64_t> still;
  auto& before = warned_[worker];
  for (const engine::begun& one : running) {
    const std::int64_t age_ns = now_ns - one.since;
    if (age_ns < warn_ns_) continue;
    const auto known = before.find(one.delivery.token());
    std::int64_t next_ns = known == before.end() ? now_ns : known->second;
    if (now_ns >= next_ns) {
      warnings.push_back(one);
      next_ns = now_ns + age_ns; // when it has taken twice as long
    }
    still.emplace(one.delivery.token(), next_ns);
  }
  before = std::move(still);
  return warnings;
}

} // namespace tempest::worker
