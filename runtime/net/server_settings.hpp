// What a topology serves to whom.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/net/address.hpp"
#include "runtime/net/connection.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::net {

struct served_task {
  std::string name;
  bool leaf = false; // without children: what it emits is counted, not carried
};

struct server_settings {
  std::string topology;
  std::vector<served_task> tasks; // in the order of the graph
  address listen;
  trust trusted;
  std::uint64_t max_message_bytes = std::uint64_t{64} << 20;
  std::uint64_t max_outputs_bytes = std::uint64_t{64} << 20;
  std::chrono::milliseconds heartbeat{2'000};
  patience limits;
  std::size_t max_newcomers = 128; // connected and not let in; the oldest makes place for another
  std::size_t max_sessions = 1024;
};

// The longest body either side may send: a message or the outputs of a delivery at their limits,
// and what goes with them.
[[nodiscard]] std::uint64_t max_frame_bytes(const server_settings& settings);

} // namespace tempest::net
