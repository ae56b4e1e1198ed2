// What the engine counts.
#pragma once

#include <cstdint>
#include <vector>

namespace tempest::engine {

struct task_statistics {
  std::uint64_t inflow = 0;  // handed out and begun, or still in a worker's hands
  std::uint64_t handled = 0; // succeeded
  std::uint64_t skipped = 0;
  std::uint64_t outflow = 0; // outputs of what succeeded
  std::uint64_t errors = 0;  // failed, rejected, timed out
  std::uint64_t rejected = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t retries = 0;
};

struct statistics {
  std::vector<task_statistics> tasks;
  std::uint64_t accepted = 0;
  std::uint64_t late_reports = 0; // for deliveries that were no longer the reporter's
};

} // namespace tempest::engine
