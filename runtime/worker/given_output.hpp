// An output as a task gives it, on its way into chunks. Shared by batches and deferred deliveries.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <string_view>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::worker {

// Key, headers and timestamp are the input's when `replaces` is false. The bytes stay the task's.
struct given_output {
  std::string_view payload;
  bool replaces = false;
  engine::metadata meta{};
};

// In our words. An output that replaces some of key, headers and timestamp takes the rest from its
// input.
[[nodiscard]] given_output read_output(const tempest_output& output, const tempest_delivery& input);

// Its own bytes: payload, and where it replaces some of key, headers and timestamp, all of these.
[[nodiscard]] std::uint64_t message_bytes(const given_output& output);
// What its message has beside them: key and headers of its input when it replaces nothing.
[[nodiscard]] std::uint64_t inherited_bytes(const given_output& output,
                                            const tempest_delivery& input);

// Writes an output's bytes into chunks; the place of the bytes is in the result. Its chunk is
// writer.current().
[[nodiscard]] engine::output write_output(base::chunk_writer& writer, const given_output& output);

} // namespace tempest::worker
