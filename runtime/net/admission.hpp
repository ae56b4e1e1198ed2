// Whether a task process is let in. Pure.
#pragma once

#include <string>
#include <vector>

#include "runtime/net/server_session.hpp"
#include "runtime/net/server_settings.hpp"
#include "runtime/wire/messages.hpp"

namespace tempest::net {

struct admission {
  std::vector<session_task> tasks; // in the order of the hello
  std::string refusal;             // what the peer is told; empty: it is let in
  std::string why;                 // what the log says
};

// Checks version, token, topology and tasks, in this order: who does not know the token learns
// nothing of the rest.
[[nodiscard]] admission admit(const wire::hello& said, const server_settings& settings);

} // namespace tempest::net
