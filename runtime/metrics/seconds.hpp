// The unit in which every duration is shown.
#pragma once

#include <cstdint>

namespace tempest::metrics {

[[nodiscard]] constexpr double seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

} // namespace tempest::metrics
