// What is in flight, one by one, as plain data: what /api/v1/inflight tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tempest::admin {

struct in_flight_query {
  std::int64_t older_than_ns = 0; // read at least so long ago
  std::size_t limit = 100;        // rows, the oldest of all
};
inline constexpr std::size_t most_in_flight_rows = 1000;

// A delivery: a message on its way to one task. Or one whose dead letter is not written yet.
struct in_flight_row {
  enum class state : std::uint8_t {
    waiting,     // for a worker
    handed_out,  // in a worker's hands, and not begun as far as is known
    handling,    // begun
    retrying,    // waits for its next attempt
    dead_letter, // waits until its dead letter is written
  };
  std::string id;   // of the message; cut where it is long
  double age_s = 0; // since the message was read
  std::string task;
  state now = state::waiting;
  std::uint32_t attempt = 1;
  std::optional<double> handling_s;        // since it began, or last made progress
  std::optional<double> next_attempt_in_s; // of what is retrying
};

struct in_flight_list {
  std::string topology;
  std::uint64_t matching = 0;      // how many there are, beyond the rows, too
  std::vector<in_flight_row> rows; // oldest first
};

[[nodiscard]] std::string to_json(const in_flight_list& seen);

} // namespace tempest::admin
