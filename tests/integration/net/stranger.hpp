// A bare TCP connection that says whatever bytes a test likes, and reads nothing unless asked.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/wire/frame.hpp"

namespace tempest::net {

class stranger {
 public:
  explicit stranger(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
      throw std::runtime_error("nobody listens");
    }
  }
  stranger(stranger&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  stranger& operator=(stranger&&) = delete;
  ~stranger() {
    if (socket_ >= 0) ::close(socket_);
  }

  // What the other side does not take at once is dropped.
  void say(std::string_view bytes) {
    (void)!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void say_frame(std::span<const char> body) {
    std::vector<char> framed;
    wire::append_frame(framed, body);
    say({framed.data(), framed.size()});
  }
  // Whether the other side has closed the connection.
  [[nodiscard]] bool hung_up_on() {
    char byte = 0;
    const ssize_t got = ::recv(socket_, &byte, 1, MSG_DONTWAIT);
    if (got > 0) heard_ += byte;
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  }
  [[nodiscard]] const std::string& heard() const { return heard_; }

 private:
  int socket_;
  std::string heard_;
};

} // namespace tempest::net
