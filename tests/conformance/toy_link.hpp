// A connection to somebody who answers each byte with one: a broker's network without a broker.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace toys {

class link {
 public:
  // "HOST:PORT", of which only the port counts; empty: nobody.
  explicit link(const std::string& address)
      : port_(address.empty() ? 0 : std::stoi(address.substr(address.rfind(':') + 1))) {}
  ~link() {
    close();
    ::close(bell_);
  }
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  // All do nothing without an address. Throws when it is away.
  void connect() {
    close();
    if (port_ == 0) return;
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place.sin_port = htons(static_cast<std::uint16_t>(port_));
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&place), sizeof place) != 0) fail();
    std::uint64_t rung = 0;
    static_cast<void>(::read(bell_, &rung, sizeof rung)); // one of long ago
    ask(bell_);
  }
  // Ends a connect that waits. [any thread]
  void interrupt() const noexcept {
    const std::uint64_t one = 1;
    static_cast<void>(::write(bell_, &one, sizeof one));
  }
  // Throws when there is no answer, or `bell` rings.
  void ask(int bell = -1) {
    if (port_ == 0) return;
    char byte = 'x';
    pollfd answer[] = {{descriptor_, POLLIN, 0}, {bell, POLLIN, 0}};
    if (descriptor_ < 0 || ::send(descriptor_, &byte, 1, MSG_NOSIGNAL) != 1 ||
        ::poll(answer, 2, 150) <= 0 || answer[0].revents == 0 ||
        ::recv(descriptor_, &byte, 1, 0) != 1) {
      fail();
    }
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  [[nodiscard]] bool good() const { return port_ == 0 || descriptor_ >= 0; }

 private:
  [[noreturn]] void fail() {
    close();
    throw std::runtime_error("the toy's broker does not answer");
  }
  int port_;
  int descriptor_ = -1;
  const int bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

} // namespace toys
