// What went wrong lately, as plain data: what /api/v1/errors tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tempest::admin {

// Failures of one task that had the same outcome and reason.
struct error_row {
  std::string task;
  std::string outcome; // failed, rejected, timed_out
  std::string reason;
  std::string message_id;     // of the last of them
  std::uint32_t attempt = 1;  // of that one
  std::uint64_t count = 0;    // how many there were
  std::uint64_t given_up = 0; // after how many of these their message was given up
  std::int64_t first_ms = 0;  // since 1970
  std::int64_t last_ms = 0;
};

struct error_list {
  std::string topology;
  std::uint64_t omitted = 0;   // failures that came too fast to be looked at
  std::vector<error_row> rows; // the latest first
};

[[nodiscard]] std::string to_json(const error_list& seen);

} // namespace tempest::admin
