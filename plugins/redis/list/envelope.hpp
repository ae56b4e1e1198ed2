// A message as one list element that keeps key, headers and time: a JSON object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redis::list {

struct envelope {
  std::string payload;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::int64_t timestamp_ms = 0; // 0 = unknown
};

// {"key": ..., "headers": [{"name": ..., "value": ...}], "timestamp_ms": ..., "payload": ...};
// what is not there is left out. Bytes that are not UTF-8 stand as payload_base64, key_base64,
// name_base64 and value_base64. Pure.
[[nodiscard]] std::string write_envelope(const envelope& what);

// The way back; other members are passed over. Nothing for what has no payload or is no such
// object. Pure.
[[nodiscard]] std::optional<envelope> read_envelope(std::string_view json);

} // namespace redis::list
