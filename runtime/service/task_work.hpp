// What the workers of one task have done since the start, and have in hand now.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/metrics/duration_tally.hpp"

namespace tempest::service {

struct task_work {
  std::uint64_t workers = 0; // now
  std::uint64_t in_hand = 0; // now: deliveries
  // Of all workers together: at work, held up or without work. May wrap around: differences count.
  std::uint64_t busy_ns = 0;
  std::uint64_t blocked_ns = 0;
  std::uint64_t idle_ns = 0;
  std::array<std::uint64_t, metrics::duration_tally::buckets> times{}; // in the handler
};

} // namespace tempest::service
