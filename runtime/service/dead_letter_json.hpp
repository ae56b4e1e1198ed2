// The envelope of a dead letter, version 1. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/engine/handover.hpp"

namespace tempest::service {

// Turns a steady time into a calendar one.
struct calendar {
  std::int64_t steady_ns = 0; // these two are the same moment
  std::int64_t calendar_ms = 0;
  [[nodiscard]] std::int64_t at(std::int64_t when_ns) const {
    return calendar_ms + (when_ns - steady_ns) / 1'000'000;
  }
};

// One line of JSON: version, id, key, headers, payload_base64, timestamp_ms, topology, task,
// outcome ("failed", "rejected", "timed_out"), reason, attempts, deliveries, first_time, last_time
// (RFC 3339, UTC). Bytes that are not UTF-8 stand as id_base64, key_base64 and, in a header,
// name_base64 or value_base64; in the reason, which is for people, they are replaced.
[[nodiscard]] std::string to_json(const engine::dead_letter& letter, const std::string& topology,
                                  const std::string& task, const calendar& times);

// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

} // namespace tempest::service
