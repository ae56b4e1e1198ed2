// Where a Redis server is and how to sign in there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redis {

// The files, in PEM, with which a TLS connection is made.
struct tls_files {
  std::string ca;   // whom to trust; empty: whom the system trusts
  std::string cert; // what this side shows, with its chain; empty: nothing
  std::string key;  // of cert
};

// A server as named by a URI. `password` is a secret: it never enters a text for people.
struct endpoint {
  std::string host;
  std::uint16_t port = 6379;
  std::string path; // of a socket in the file system, instead of host and port
  std::optional<tls_files> tls;
  std::uint32_t database = 0;
  std::string user; // empty: the server's default user
  std::string password;
  bool has_password = false;

  // "127.0.0.1:6379", "[::1]:6379" or "/run/redis.sock", for people: without user, password and
  // database.
  [[nodiscard]] std::string address() const;
  // Whether it is the same server, and the same user of it.
  [[nodiscard]] bool is_same_account(const endpoint& other) const;
};

// Reads redis://[user[:password]@]host[:port][/database], rediss:// for the same over TLS, or
// redis+unix://[user:password@]/path[?db=database]. User, password and path are percent-decoded; an
// IPv6 address stands in brackets. Throws std::invalid_argument with a text that says what is wrong
// and never repeats what stands before the '@'. Pure.
[[nodiscard]] endpoint parse_uri(std::string_view uri);

} // namespace redis
