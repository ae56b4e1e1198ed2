// TLS over the socket of a connection, by OpenSSL. hiredis of today has it, that of Debian 12 not.
#pragma once

#include <memory>

#include "plugins/redis/socket.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace redis {

// Throws std::invalid_argument when a file of `server.tls` is not there or is no certificate or
// key, with what OpenSSL says of it.
void check_tls_files(const endpoint& server);

// One session of a connection. The server must show a certificate for the host of the URI, signed
// by an authority that is trusted; there is no way round. Not thread-safe. What fails throws
// `unavailable`.
class tls_session {
 public:
  // Both outlive the session; the socket is open.
  tls_session(const endpoint& server, const socket& over);
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  // Agrees with the server, until the deadline. Throws `interrupted` when the wakeup is raised.
  void shake_hands(wakeup& wake, steady::time_point deadline);
  // As those of `socket`. What was not taken must be offered again, with more behind it or not.
  std::size_t write(const char* data, std::size_t size);
  arrived read(char* into, std::size_t size);

 private:
  // Which readiness of the socket OpenSSL waits for after `result`; anything else throws.
  enum class wants : bool { to_read, to_write };
  wants explain(int result, const char* doing) const;

  const endpoint& server_;
  const int fd_;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> session_;
};

} // namespace redis
