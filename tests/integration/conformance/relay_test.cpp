#include "runtime/conformance/relay.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <list>

#include "runtime/base/error.hpp"

namespace tempest::conformance {
namespace {

constexpr int generous_ms = 20'000;

sockaddr_in at(int port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  made.sin_port = htons(static_cast<std::uint16_t>(port));
  return made;
}

// Answers what it hears, one connection after the other, at once.
class echo_server {
 public:
  echo_server() {
    sockaddr_in place = at(0);
    socklen_t length = sizeof place;
    ::bind(listening_, reinterpret_cast<sockaddr*>(&place), length);
    ::listen(listening_, 16);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&place), &length);
    port_ = ntohs(place.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~echo_server() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    for (std::thread& one : serving_) one.join();
    ::close(listening_);
  }
  echo_server(const echo_server&) = delete;
  echo_server& operator=(const echo_server&) = delete;
  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  void run() {
    for (;;) {
      const int one = ::accept(listening_, nullptr, nullptr);
      if (one < 0) return;
      serving_.emplace_back([one] {
        char piece[4096];
        for (ssize_t got = 0; (got = ::recv(one, piece, sizeof piece, 0)) > 0;) {
          ::send(one, piece, static_cast<std::size_t>(got), MSG_NOSIGNAL);
        }
        ::close(one);
      });
    }
  }
  const int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::thread thread_;
  std::list<std::thread> serving_;
};

class client {
 public:
  explicit client(const relay& to) {
    const sockaddr_in place = at(to.port());
    refused_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0;
  }
  ~client() { ::close(fd_); }
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  [[nodiscard]] bool refused() const { return refused_; }
  void say(const std::string& text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // So many bytes; fewer when it ends before, or is silent for `patience_ms`.
  [[nodiscard]] std::string hear(std::size_t count, int patience_ms = generous_ms) const {
    std::string all;
    while (all.size() < count) {
      pollfd one{fd_, POLLIN, 0};
      if (::poll(&one, 1, patience_ms) <= 0) break;
      char piece[4096];
      const ssize_t got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) break;
      all.append(piece, static_cast<std::size_t>(got));
    }
    return all;
  }
  // How it was ended: 0 for a good end.
  [[nodiscard]] int end() const {
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, generous_ms) <= 0) return ETIMEDOUT;
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) < 0 ? errno : 0;
  }

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool refused_ = false;
};

std::string ask(const client& one, const std::string& text) {
  one.say(text);
  return one.hear(text.size());
}

TEST(Relay, PassesBytesBothWays) {
  const echo_server server;
  relay between("127.0.0.1", server.port());
  const client one(between);
  const client two(between);
  EXPECT_EQ(ask(one, "one"), "one");
  const std::string much(1'000'000, 'm');
  std::thread sender([&] { two.say(much); });
  EXPECT_EQ(two.hear(much.size()), much);
  sender.join();
}

TEST(Relay, CutResetsWhatIsOpenAndLetsNewOnesThrough) {
  const echo_server server;
  relay between("127.0.0.1", server.port());
  const client one(between);
  EXPECT_EQ(ask(one, "one"), "one");
  between.cut();
  EXPECT_EQ(one.end(), ECONNRESET);
  EXPECT_EQ(ask(client(between), "two"), "two");
}

TEST(Relay, AwayRefusesUntilItIsBackAtTheSamePort) {
  const echo_server server;
  relay between("127.0.0.1", server.port());
  const int port = between.port();
  const client one(between);
  EXPECT_EQ(ask(one, "one"), "one");
  between.away();
  EXPECT_EQ(one.end(), ECONNRESET);
  EXPECT_TRUE(client(between).refused());
  between.back();
  EXPECT_EQ(between.port(), port);
  EXPECT_EQ(ask(client(between), "two"), "two");
}

TEST(Relay, MuteSilencesWhatIsOpenAndNothingElse) {
  const echo_server server;
  relay between("127.0.0.1", server.port());
  const client one(between);
  EXPECT_EQ(ask(one, "one"), "one");
  between.mute();
  one.say("more");
  EXPECT_EQ(ask(client(between), "two"), "two");
  EXPECT_EQ(one.hear(1, 50), "");
}

TEST(Relay, HoldLetsInAndSaysNothingUntilItGoesOn) {
  const echo_server server;
  relay between("127.0.0.1", server.port());
  between.hold();
  const client one(between);
  EXPECT_FALSE(one.refused());
  one.say("one");
  EXPECT_EQ(one.hear(1, 50), "");
  between.go_on();
  EXPECT_EQ(one.hear(3), "one");
}

TEST(Relay, AServerThatIsNotThereIsAReset) {
  std::string port;
  { port = echo_server().port(); }
  relay between("127.0.0.1", port);
  EXPECT_EQ(client(between).end(), ECONNRESET);
}

} // namespace
} // namespace tempest::conformance
