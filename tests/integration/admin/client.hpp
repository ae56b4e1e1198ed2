// A bare client that says whatever bytes a test likes, and reads when it is told to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/net/address.hpp"

namespace tempest::admin {

class client {
 public:
  explicit client(const net::address& to)
      : socket_(::socket(to.is_unix() ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if ((to.is_unix() ? connect_unix(to) : connect_tcp(to)) != 0) {
      throw std::runtime_error("nobody listens");
    }
  }
  client(client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  client& operator=(client&&) = delete;
  ~client() {
    if (socket_ >= 0) ::close(socket_);
  }

  // Whether the other side took all of it.
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // All that comes until `end` has come, or the connection is closed, or within_ms is over.
  std::string hear(std::string_view end = {}, int within_ms = 60'000) {
    std::string heard;
    std::array<char, 4096> some{};
    for (;;) {
      if (!end.empty() && heard.find(end) != std::string::npos) return heard;
      pollfd ready{socket_, POLLIN, 0};
      if (::poll(&ready, 1, within_ms) <= 0) return heard + "<silence>";
      const ssize_t got = ::recv(socket_, some.data(), some.size(), 0);
      if (got < 0) return heard + "<reset>";
      if (got == 0) return heard;
      heard.append(some.data(), static_cast<std::size_t>(got));
    }
  }

 private:
  [[nodiscard]] int connect_tcp(const net::address& to) const {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(to.port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place);
  }
  [[nodiscard]] int connect_unix(const net::address& to) const {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    std::copy(to.socket_path.begin(), to.socket_path.end(), place.sun_path);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place);
  }

  int socket_;
};

} // namespace tempest::admin
