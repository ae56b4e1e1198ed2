// What a task process reports, held against the limits of the topology. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "runtime/engine/handover.hpp"
#include "runtime/engine/output_limits.hpp"

namespace tempest::net {

// Bytes of the key and headers that a delivery has, which its outputs may inherit.
using inheritance = std::function<std::uint64_t(engine::delivery_ref)>;

// Makes results whose outputs are over a limit rejected ones, with the reason, and drops what a
// leaf's carry. Throws wire::protocol_error when a task with children has outputs that it does not
// carry: messages would be lost.
void check_report(engine::worker_report& done, const engine::output_limits& limits,
                  const inheritance& of);

// Turns a result into a rejected one without outputs, for this reason.
void reject(engine::worker_report& done, engine::result& one, std::string_view reason);

} // namespace tempest::net
