// The envelope of a dead letter, version 1. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// "failed", "rejected", "timed_out".
[[nodiscard]] const char* word(engine::failure_kind how);

// A dead letter that was read back.
struct stored_letter {
  std::string message_id;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload;
  std::int64_t timestamp_ms = 0;
  std::string topology;
  std::string task;
  std::string outcome = "failed"; // also of a letter from before there were others
  std::string reason;
  std::uint32_t attempts = 0;
  std::uint32_t deliveries = 0;
  std::string first_time;
  std::string last_time;
  std::int64_t last_ms = 0; // the same as a number
};

// What to_json has written; nothing, and why, for what is no dead letter or of a later version. A
// sink may have kept the members as texts (redis_stream with payload = "json"): these count alike.
[[nodiscard]] std::optional<stored_letter> letter_from_json(std::string_view json,
                                                            std::string& why);

// An envelope as it was read, as one line.
[[nodiscard]] std::string envelope_line(std::string_view json);

// "2026-11-28T10:15:00.250Z", "2026-11-28T10:15:00Z" or "2026-11-28" as milliseconds since 1970;
// nothing when the text is none of them.
[[nodiscard]] std::optional<std::int64_t> parse_utc_time(std::string_view text);

} // namespace tempest::service
