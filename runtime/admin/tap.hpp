// Messages on their way to a task or along an edge, as plain data: what /api/v1/tap tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tempest::admin {

class answer_stream;

struct tap_query {
  std::string of; // "split": messages to that task; "split:store": those along that edge
  std::vector<std::pair<std::string, std::string>> where; // headers that a message has to have
};

// How much is told, whatever passes.
struct tap_limits {
  static constexpr std::size_t taps = 4;                // at once
  static constexpr std::size_t events_a_second = 500;   // of one
  static constexpr std::size_t waiting_bytes = 1 << 20; // of one, for its client
  static constexpr std::size_t payload_bytes = 4096;
  static constexpr std::size_t headers_bytes =
      4096; // of one message, each with some room of its own
  static constexpr std::size_t key_bytes = 1024;
  static constexpr std::size_t id_bytes = 128;
};

struct tap_place {
  std::string topology;
  std::string task;                  // or where the edge leads
  std::optional<std::string> from{}; // of an edge
};

// A message that passed: as much of it as is told.
struct tap_event {
  std::int64_t time_ms = 0; // of the calendar
  std::string id;
  std::uint32_t attempt = 1; // of the delivery to the task; of an edge: of the one that emitted it
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::size_t headers_omitted = 0;
  std::string payload;
  std::size_t payload_bytes = 0; // of all of it
  std::int64_t timestamp_ms = 0; // the source's; 0: unknown
  std::uint64_t passed = 0;      // so many with it, since the tap was opened
};

// What it costs to keep one.
[[nodiscard]] std::size_t memory_of(const tap_event& one);

// One line each: of a message; of how many passed, and how many of them were told; of the end.
[[nodiscard]] std::string to_json(const tap_place& where, const tap_event& seen);
[[nodiscard]] std::string tally_json(const tap_place& where, std::uint64_t passed,
                                     std::uint64_t shown);
[[nodiscard]] std::string end_json(const tap_place& where, std::uint64_t passed,
                                   std::uint64_t shown, const std::string& reason);

struct tap_answer {
  std::shared_ptr<answer_stream> opened; // nullptr: it was not, see refusal
  bool too_many = false;                 // are open: else it makes no sense
  std::string refusal{};
};

} // namespace tempest::admin
