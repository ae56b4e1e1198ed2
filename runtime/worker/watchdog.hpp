// Notices handlers that take long: says so once per delivery, then at growing intervals. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::worker {

class watchdog {
 public:
  // `warn_ns`: 0 = never.
  explicit watchdog(std::int64_t warn_ns) : warn_ns_(warn_ns) {}

  // What one worker has begun now; yields what to warn of, and forgets what is no longer begun.
  [[nodiscard]] std::vector<engine::begun> look(engine::worker_id worker,
                                                std::span<const engine::begun> running,
                                                std::int64_t now_ns);

 private:
  const std::int64_t warn_ns_;
  // Delivery -> when to warn again.
  std::map<engine::worker_id, std::map<std::uint64_t, std::int64_t>> warned_;
};

} // namespace tempest::worker
