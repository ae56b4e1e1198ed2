// The socket of one connection, over TCP or in the file system. It never blocks.
#pragma once

#include <cstddef>

#include "plugins/redis/unavailable.hpp"
#include "plugins/redis/wakeup.hpp"

struct sockaddr;

namespace redis {

// Some bytes that came.
struct arrived {
  std::size_t bytes = 0;
  bool all = false; // nothing more is here
};

// Not thread-safe. What fails throws `unavailable`; the socket is then of no use and must be
// closed.
class socket {
 public:
  // `server` outlives the socket.
  explicit socket(const endpoint& server) : server_(server) {}
  ~socket() { close(); }
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;

  // Tries the addresses of the server in turn, until the deadline. Throws `interrupted` when the
  // wakeup is raised. Looking up a host name may block; addresses do not.
  void open(wakeup& wake, steady::time_point deadline);
  void close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

  // How many of them it took, which may be none.
  std::size_t write(const char* data, std::size_t size);
  arrived read(char* into, std::size_t size);

 private:
  void open_tcp(wakeup& wake, steady::time_point deadline);
  void open_file();
  void connect(int family, const ::sockaddr* to, unsigned length);
  void await_connection(wakeup& wake, steady::time_point deadline) const;

  const endpoint& server_;
  int fd_ = -1;
};

} // namespace redis
