// What a consumer and whoever it reads for tell each other.
#pragma once

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

} // namespace redis
