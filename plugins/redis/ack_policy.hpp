// How entries are acknowledged, as the option `ack_policy` says it.
#pragma once

#include <cstddef>
#include <string_view>

namespace redis {

struct ack_policy {
  bool acknowledge = true;  // "none": false
  std::size_t batch = 1000; // "individual": 1
};

// Reads {"type": "batch", "n": 1000}, {"type": "individual"} or {"type": "none"}. Throws
// std::invalid_argument with what is wrong. Pure.
[[nodiscard]] ack_policy parse_ack_policy(std::string_view json);

} // namespace redis
