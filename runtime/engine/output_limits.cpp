#include "runtime/engine/output_limits.hpp"

#include <fmt/format.h>

namespace tempest::engine {

std::string output_tally::over_limit_reason(const output_limits& limits) const {
  if (refused > limits.max_message_bytes) {
    return fmt::format(
        "it emitted a message of {} bytes in payload, key and headers; "
        "max_message_bytes allows {}",
        refused, limits.max_message_bytes);
  }
  if (count >= limits.max_outputs) {
    return fmt::format("it emitted more than {} messages", limits.max_outputs);
  }
  return fmt::format("its outputs come to more than max_outputs_bytes = {}",
                     limits.max_outputs_bytes);
}

} // namespace tempest::engine
