// What ends an exchange with a server.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "plugins/redis/uri.hpp"

namespace redis {

// The server cannot be used now: the text is for people and holds no secret.
struct unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
  unavailable(const endpoint& server, const std::string& what)
      : runtime_error("Redis at " + server.address() + ": " + what) {}
};

// It, or something on the way to it, ended the connection.
struct hung_up : unavailable {
  using unavailable::unavailable;
};

// Throws what a failed call on a connection's socket means; `doing` is for people.
[[noreturn]] inline void throw_broken(const endpoint& server, const std::string& doing, int code) {
  const std::string what = doing + ": " + std::generic_category().message(code);
  if (code == ECONNRESET || code == EPIPE) throw hung_up(server, what);
  throw unavailable(server, what);
}

// A wait was ended by the wakeup.
struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("interrupted") {}
};

} // namespace redis
