// What the engine is told at its birth.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

enum class last_action : std::uint8_t { dead_letter, leave, ack, stop };

struct retry_policy {
  std::uint32_t attempts = 3; // including the first
  time_ns backoff = 1'000'000'000;
  time_ns max_backoff = 60'000'000'000;
  double jitter = 1.0; // 0 none .. 1 full
  last_action on_exhausted = last_action::leave;
};

struct task_settings {
  std::vector<task_id> children;
  retry_policy policy;
};

struct engine_settings {
  std::vector<task_settings> tasks; // acyclic, every task reachable from the root
  task_id root = 0;
  std::uint64_t max_pending = 10'000;
  std::uint64_t max_pending_bytes = 256ull << 20;
  std::uint64_t max_retrying = 1'000;
  std::uint32_t max_deliveries = 20;
  time_ns msg_timeout = 30'000'000'000;
  bool keeps_failures = false; // the source: then failure_counts are told
  std::uint64_t seed = 1;      // of the retries' jitter
};

} // namespace tempest::engine
