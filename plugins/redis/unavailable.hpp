// What ends an exchange with a server.
#pragma once

#include <stdexcept>
#include <string>

#include "plugins/redis/uri.hpp"

namespace redis_stream {

// The server cannot be used now: the text is for people and holds no secret.
struct unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
  unavailable(const endpoint& server, const std::string& what)
      : runtime_error("Redis at " + server.address() + ": " + what) {}
};

// A wait was ended by the wakeup.
struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("interrupted") {}
};

} // namespace redis_stream
