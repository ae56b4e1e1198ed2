// A message as its source knows it, and how one hand-over of it may end.
#pragma once

#include <cstdint>
#include <string>

namespace tempest::simulation {

using nanoseconds = std::int64_t;

struct original {
  std::uint64_t token = 0; // of this hand-over
  std::string id;
  std::string payload;
  std::string key;
  std::uint32_t deliveries = 0;
  std::uint32_t failures = 0; // that the source was told of
};

// Of one hand-over: how it was settled, and an acknowledgement on what grounds.
enum class ending : std::uint8_t {
  done,      // acknowledged: all of its tree succeeded
  lettered,  // acknowledged: its dead letter is written
  by_policy, // acknowledged: failed, and its policy says so
  left,      // failed
  returned,
};

} // namespace tempest::simulation
