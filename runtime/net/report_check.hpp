// What a task process reports, held against the limits of the topology. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/engine/handover.hpp"

namespace tempest::net {

struct report_limits {
  std::uint64_t max_message_bytes = 0;
  std::uint64_t max_outputs_bytes = 0;
  std::uint32_t max_outputs = 1u << 20;
};

// Makes results whose outputs are over a limit rejected ones, with the reason, and drops what a
// leaf's carry. Throws wire::protocol_error when a task with children has outputs that it does not
// carry: messages would be lost.
void check_report(engine::worker_report& done, bool leaf, const report_limits& limits);

// Turns a result into a rejected one without outputs, for this reason.
void reject(engine::worker_report& done, engine::result& one, std::string_view reason);

} // namespace tempest::net
