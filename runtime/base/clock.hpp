// The two clocks: a steady one for waiting and measuring, the calendar for people.
#pragma once

#include <chrono>
#include <cstdint>

namespace tempest::base {

// CLOCK_MONOTONIC in nanoseconds, the clock of every deadline.
[[nodiscard]] inline std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Milliseconds since 1970-01-01 UTC.
[[nodiscard]] inline std::int64_t calendar_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

[[nodiscard]] constexpr std::int64_t nanoseconds(std::chrono::milliseconds time) {
  return std::chrono::nanoseconds(time).count();
}

// Far enough never to come, near enough not to overflow.
inline constexpr std::int64_t never_ns = INT64_MAX / 4;

} // namespace tempest::base
