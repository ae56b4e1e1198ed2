// Where a Redis server is and how to sign in there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redis_stream {

// A server as named by a URI. `password` is a secret: it never enters a text for people.
struct endpoint {
  std::string host;
  std::uint16_t port = 6379;
  std::uint32_t database = 0;
  std::string user; // empty: the server's default user
  std::string password;
  bool has_password = false;

  // "127.0.0.1:6379" or "[::1]:6379", for people: without user, password and database.
  [[nodiscard]] std::string address() const;
};

// Reads redis://[user[:password]@]host[:port][/database]. User and password are percent-decoded; an
// IPv6 address stands in brackets. Throws std::invalid_argument with a text that says what is wrong
// and never repeats what stands before the '@'. Pure.
[[nodiscard]] endpoint parse_uri(std::string_view uri);

} // namespace redis_stream
