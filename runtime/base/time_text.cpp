#include "runtime/base/time_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace tempest::base {

std::string rfc3339(std::int64_t calendar_ms) {
  const std::time_t seconds = calendar_ms / 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), calendar_ms % 1000);
}

} // namespace tempest::base
