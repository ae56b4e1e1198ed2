// Stands before a server and lets bytes through slowly, both ways: a link that is narrow, not cut.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tempest::test {

class slow_relay {
 public:
  // To the server at 127.0.0.1:`to`; each way of a connection passes `bytes` every 50 ms.
  slow_relay(int to, std::size_t bytes) : to_(to), bytes_(bytes) {
    // What waits in buffers is on its way for nobody to see: little does.
    const int buffer = static_cast<int>(bytes);
    ::setsockopt(listening_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    sockaddr_in place = at(0);
    socklen_t length = sizeof place;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&place), length) != 0 ||
        ::listen(listening_, 8) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&place), &length) != 0) {
      throw std::runtime_error("the relay cannot listen");
    }
    port_ = ntohs(place.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  ~slow_relay() {
    over_ = true;
    accepting_.join();
    for (std::thread& one : passing_) one.join();
    ::close(listening_);
  }
  slow_relay(const slow_relay&) = delete;
  slow_relay& operator=(const slow_relay&) = delete;

  [[nodiscard]] int port() const { return port_; }

 private:
  static sockaddr_in at(int port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    made.sin_port = htons(static_cast<std::uint16_t>(port));
    return made;
  }
  // Whether there is something to read, within the pause between two pieces.
  static bool readable(int fd) {
    pollfd asked{fd, POLLIN, 0};
    return ::poll(&asked, 1, 50) > 0;
  }

  void accept() {
    while (!over_) {
      if (!readable(listening_)) continue;
      const int near = ::accept(listening_, nullptr, nullptr);
      const int far = ::socket(AF_INET, SOCK_STREAM, 0);
      const sockaddr_in place = at(to_);
      if (::connect(far, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
        ::shutdown(near, SHUT_RDWR);
      }
      passing_.emplace_back([this, near, far] { pass(near, far); });
    }
  }
  void pass(int near, int far) {
    std::thread back([this, near, far] { copy(far, near); });
    copy(near, far);
    back.join();
    ::close(near);
    ::close(far);
  }
  void copy(int from, int to) {
    std::vector<char> piece(bytes_);
    while (!over_) {
      if (!readable(from)) continue;
      const ssize_t got = ::recv(from, piece.data(), piece.size(), 0);
      if (got <= 0 ||
          ::send(to, piece.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ::shutdown(from, SHUT_RDWR);
    ::shutdown(to, SHUT_RDWR);
  }

  const int to_;
  const std::size_t bytes_;
  const int listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
  std::atomic<bool> over_{false};
  std::thread accepting_;
  std::list<std::thread> passing_;
};

} // namespace tempest::test
