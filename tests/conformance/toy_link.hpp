// A connection to somebody who answers each byte with one: a broker's network without a broker.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace toys {

// What a host cannot know to be wrong.
inline void refuse_a_wrong_word(const std::string& word, const std::string& flaw) {
  if (flaw == "does not say what is wrong" && word.starts_with('\xff'))
    throw std::runtime_error("");
  if (flaw == "takes any word" || word != "wrong") return;
  throw std::runtime_error("the word 'wrong' is wrong");
}

class link {
 public:
  // "HOST:PORT", of which only the port counts; empty: nobody. He is started anew by adding to the
  // file `starts`, and knows no connection of before then.
  link(const std::string& address, std::string starts)
      : port_(address.empty() ? 0 : std::stoi(address.substr(address.rfind(':') + 1))),
        starts_(std::move(starts)) {}
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
    ++connections_;
    start_ = last_start();
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
  // Throws when there is no answer within `limit_ms` (-1: then it waits for ever), or `bell` rings.
  void ask(int bell = -1, int limit_ms = 150) {
    if (port_ == 0) return;
    if (start_ != last_start()) fail();
    char byte = 'x';
    pollfd answer[] = {{descriptor_, POLLIN, 0}, {bell, POLLIN, 0}};
    if (descriptor_ < 0 || ::send(descriptor_, &byte, 1, MSG_NOSIGNAL) != 1 ||
        ::poll(answer, 2, limit_ms) <= 0 || answer[0].revents == 0 ||
        ::recv(descriptor_, &byte, 1, 0) != 1) {
      fail();
    }
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  [[nodiscard]] bool good() const { return port_ == 0 || descriptor_ >= 0; }
  [[nodiscard]] int connections() const { return connections_; } // that were tried so far

 private:
  [[noreturn]] void fail() {
    close();
    throw std::runtime_error("the toy's broker does not answer");
  }
  [[nodiscard]] std::uintmax_t last_start() const {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(starts_, error);
    return error ? 0 : size;
  }

  int port_;
  const std::string starts_;
  std::uintmax_t start_ = 0;
  int connections_ = 0;
  int descriptor_ = -1;
  const int bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

} // namespace toys
