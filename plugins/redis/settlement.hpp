// What a consumer and whoever it reads for tell each other.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "plugins/redis/wakeup.hpp"

namespace redis {

using milliseconds = std::chrono::milliseconds;
using token = std::uint64_t; // of what is in hand; never given twice

// The numbers are those of Tempest's contract.
enum class outcome : std::uint8_t { ack = 1, fail = 2, give_back = 3 };
enum class confirmation : std::uint8_t { ok = 1, retry = 2, gone = 3 };
enum class severity : std::uint8_t { info = 2, warn = 3 };

struct poll_limits {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  steady::time_point deadline;
};

// When a poll that has nothing to hand over comes back: at its deadline, or soon after a part of a
// long answer came, so that its host learns in time that the source is not idle.
class poll_end {
 public:
  // `more_comes`: the host was told so by the poll before.
  poll_end(steady::time_point deadline, bool more_comes)
      : deadline_(deadline),
        soon_(more_comes ? deadline : steady::now() + std::chrono::milliseconds(20)) {}
  [[nodiscard]] steady::time_point when(bool more_comes) const {
    return more_comes ? std::min(deadline_, soon_) : deadline_;
  }

 private:
  steady::time_point deadline_;
  steady::time_point soon_;
};

} // namespace redis
