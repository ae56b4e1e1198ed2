// How much a delivery may emit, and what is said of one that emits more: a worker holds its task
// against that, and a topology what task processes report.
#pragma once

#include <cstdint>
#include <string>

namespace tempest::engine {

struct output_limits {
  std::uint64_t max_message_bytes = 64ull << 20; // each output, with what it inherits
  std::uint64_t max_outputs_bytes = 64ull << 20; // all outputs of a delivery, without that
  std::uint32_t max_outputs = 1u << 20;          // empty ones take memory as well
  bool leaf = false;                             // outputs are counted, not kept
};

// What one delivery has emitted so far.
struct output_tally {
  std::uint32_t count = 0;
  std::uint64_t bytes = 0;
  bool over_limit = false;   // the delivery will be rejected
  std::uint64_t refused = 0; // bytes of the output that passed a limit

  // Whether one of `size` may follow, which makes a message larger by what it has `inherited` of
  // its input: its own bytes are counted, and `count` is for the caller to raise once it has it.
  // From the first one that passes a limit on, none may.
  bool admit(const output_limits& limits, std::uint64_t size, std::uint64_t inherited) {
    if (over_limit) return false;
    over_limit = size + inherited > limits.max_message_bytes ||
                 bytes + size > limits.max_outputs_bytes || count >= limits.max_outputs;
    (over_limit ? refused : bytes) += over_limit ? size + inherited : size;
    return !over_limit;
  }
  // Why the delivery is rejected.
  [[nodiscard]] std::string over_limit_reason(const output_limits& limits) const;
};

} // namespace tempest::engine
