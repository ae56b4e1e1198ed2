#include "plugins/redis/socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace redis {

namespace {

std::string system_text(int code) {
  return std::generic_category().message(code);
}

struct free_addresses {
  void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};

std::unique_ptr<addrinfo, free_addresses> look_up(const endpoint& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(server.port);
  if (const int code = ::getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found);
      code != 0) {
    throw unavailable(server, std::string("cannot find the host: ") + ::gai_strerror(code));
  }
  return std::unique_ptr<addrinfo, free_addresses>(found);
}

} // namespace

void socket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void socket::open(wakeup& wake, steady::time_point deadline) {
  close();
  if (server_.path.empty()) {
    open_tcp(wake, deadline);
  } else {
    open_file();
  }
}

void socket::open_tcp(wakeup& wake, steady::time_point deadline) {
  const auto found = look_up(server_);
  for (const addrinfo* address = found.get(); address != nullptr; address = address->ai_next) {
    try {
      connect(address->ai_family, address->ai_addr, address->ai_addrlen);
      await_connection(wake, deadline);
      const int on = 1;
      ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      return;
    } catch (const unavailable&) {
      close();
      if (address->ai_next == nullptr) throw;
    }
  }
}

// It is connected at once, or never: a full backlog is told as EAGAIN.
void socket::open_file() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (server_.path.size() >= sizeof address.sun_path) {
    throw unavailable(server_, "a socket's path has at most " +
                                   std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::copy(server_.path.begin(), server_.path.end(), address.sun_path);
  connect(AF_UNIX, reinterpret_cast<const ::sockaddr*>(&address), sizeof address);
}

void socket::connect(int family, const ::sockaddr* to, unsigned length) {
  fd_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw unavailable(server_, "cannot make a socket: " + system_text(errno));
  if (::connect(fd_, to, length) == 0 || errno == EINPROGRESS) return;
  throw unavailable(server_, "cannot connect: " + system_text(errno));
}

void socket::await_connection(wakeup& wake, steady::time_point deadline) const {
  const readiness ready = wait_for(wake, {.fd = fd_, .write = true}, deadline);
  if (ready.interrupted) throw interrupted();
  if (!ready.readable && !ready.writable) {
    throw unavailable(server_, "cannot connect in time");
  }
  int code = 0;
  socklen_t length = sizeof code;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &length);
  if (code != 0) throw unavailable(server_, "cannot connect: " + system_text(code));
}

std::size_t socket::write(const char* data, std::size_t size) {
  for (;;) {
    const ssize_t sent = ::send(fd_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) throw_broken(server_, "the connection broke", errno);
  }
}

arrived socket::read(char* into, std::size_t size) {
  for (;;) {
    const ssize_t got = ::recv(fd_, into, size, MSG_DONTWAIT);
    if (got == 0) throw hung_up(server_, "the server closed the connection");
    // A short read emptied the socket.
    if (got > 0) return {static_cast<std::size_t>(got), static_cast<std::size_t>(got) < size};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, true};
    if (errno != EINTR) throw_broken(server_, "the connection broke", errno);
  }
}

} // namespace redis
