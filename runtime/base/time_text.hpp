// Moments as text.
#pragma once

#include <cstdint>
#include <string>

namespace tempest::base {

// Milliseconds since 1970 as "2026-03-01T12:34:56.789Z".
[[nodiscard]] std::string rfc3339(std::int64_t calendar_ms);

} // namespace tempest::base
