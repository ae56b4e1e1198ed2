#include "runtime/conformance/relay.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "runtime/base/error.hpp"
#include "runtime/base/thread.hpp"

namespace tempest::conformance {
namespace {

constexpr int backlog = 64;
constexpr std::size_t piece_bytes = 65536;

sockaddr_in loopback(int port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  made.sin_port = htons(static_cast<std::uint16_t>(port));
  return made;
}

int bound_socket(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in place = loopback(port);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return made;
  ::close(made);
  return -1;
}

// Bound to its number, not to any: so it keeps it while it does not listen.
int listening_socket(int& port) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const int any = bound_socket(0);
    sockaddr_in place{};
    socklen_t length = sizeof place;
    if (any >= 0) ::getsockname(any, reinterpret_cast<sockaddr*>(&place), &length);
    ::close(any);
    const int made = bound_socket(ntohs(place.sin_port));
    if (made >= 0 && ::listen(made, backlog) == 0) {
      port = ntohs(place.sin_port);
      return made;
    }
    if (made >= 0) ::close(made);
  }
  throw base::failure(base::exit_code::unavailable, "there is no port to listen on at 127.0.0.1");
}

void prepare(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int reach(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* places = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &places) != 0) return -1;
  int made = -1;
  for (const addrinfo* one = places; one != nullptr && made < 0; one = one->ai_next) {
    made = ::socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0 || ::connect(made, one->ai_addr, one->ai_addrlen) == 0) continue;
    ::close(made);
    made = -1;
  }
  ::freeaddrinfo(places);
  if (made >= 0) prepare(made);
  return made;
}

// With a reset, as when the other side has crashed.
void reset(int descriptor) {
  const linger now{1, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(descriptor);
}

} // namespace

relay::relay(std::string host, std::string port)
    : host_(std::move(host)),
      port_text_(std::move(port)),
      listening_(listening_socket(port_)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_(base::start_thread("the relay", [this] { run(); })) {}

relay::~relay() {
  over_ = true;
  wake();
  thread_.join();
  reset_all();
  ::close(listening_);
  ::close(bell_);
}

void relay::wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(bell_, &one, sizeof one));
}

void relay::reset_all() {
  for (const pair& one : pairs_) {
    reset(one.there.from);
    reset(one.there.to);
  }
  pairs_.clear();
}

void relay::cut() {
  const std::scoped_lock lock(mutex_);
  reset_all();
  wake();
}

void relay::away() {
  const std::scoped_lock lock(mutex_);
  away_ = true;
  ::shutdown(listening_, SHUT_RDWR);
  reset_all();
  wake();
}

void relay::back() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(away_, false)) ::listen(listening_, backlog);
  wake();
}

void relay::mute() {
  const std::scoped_lock lock(mutex_);
  for (pair& one : pairs_) one.muted = true;
  wake();
}

void relay::hold() {
  mute();
  const std::scoped_lock lock(mutex_);
  held_ = true;
  wake();
}

// What waits to be let in goes on, too.
void relay::go_on() {
  const std::scoped_lock lock(mutex_);
  held_ = false;
  wake();
}

void relay::run() {
  while (!over_) serve();
}

// One look at all that is open. Connections may be reset while it sleeps, so only numbers are kept.
void relay::serve() {
  std::vector<pollfd> asked{{bell_, POLLIN, 0}};
  {
    const std::scoped_lock lock(mutex_);
    asked.push_back({away_ || held_ ? -1 : listening_, POLLIN, 0});
    for (const pair& one : pairs_) {
      for (const way* each : {&one.there, &one.back}) {
        const bool passes = !one.muted;
        asked.push_back({passes && each->waiting.empty() ? each->from : -1, POLLIN, 0});
        asked.push_back({passes && !each->waiting.empty() ? each->to : -1, POLLOUT, 0});
      }
    }
  }
  if (::poll(asked.data(), asked.size(), 1000) <= 0) return;
  const std::scoped_lock lock(mutex_);
  std::uint64_t rung = 0;
  // Somebody changed what is open: look again.
  if (::read(bell_, &rung, sizeof rung) > 0) return;
  std::size_t at = 2;
  for (auto one = pairs_.begin(); one != pairs_.end(); at += 4) {
    const bool lives = move(one->there, asked[at].revents, asked[at + 1].revents) &&
                       move(one->back, asked[at + 2].revents, asked[at + 3].revents);
    if (!lives) {
      ::close(one->there.from);
      ::close(one->there.to);
    }
    one = lives ? std::next(one) : pairs_.erase(one);
  }
  if (asked[1].revents != 0) let_in();
}

void relay::let_in() {
  const int near = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (near < 0) return;
  const int far = reach(host_, port_text_);
  if (far < 0) return reset(near);
  prepare(near);
  pairs_.push_back({{near, far}, {far, near}});
}

// False when one side has left: then both go.
bool relay::move(way& one, short revents_from, short revents_to) const {
  if (revents_from != 0) {
    char piece[piece_bytes];
    const ssize_t got = ::recv(one.from, piece, sizeof piece, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (got > 0) one.waiting.assign(piece, static_cast<std::size_t>(got));
  }
  if (revents_to == 0 && revents_from == 0) return true;
  while (!one.waiting.empty()) {
    const ssize_t sent =
        ::send(one.to, one.waiting.data(), one.waiting.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return errno == EAGAIN;
    one.waiting.erase(0, static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace tempest::conformance
