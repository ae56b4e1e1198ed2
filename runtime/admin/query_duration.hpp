// A duration in the query of a request. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/clock.hpp"
#include "runtime/config/units.hpp"

namespace tempest::admin {

// "500ms", "30s", or milliseconds, as in Topology.toml, up to a year; nothing when it is none of
// these.
[[nodiscard]] inline std::optional<std::int64_t> query_duration_ns(std::string_view text) {
  constexpr std::int64_t most_ms = std::int64_t{366} * 24 * 3'600'000;
  const auto ms = config::parse_duration_ms(text);
  if (!ms || *ms > most_ms) return std::nullopt;
  return base::nanoseconds(std::chrono::milliseconds(*ms));
}

} // namespace tempest::admin
