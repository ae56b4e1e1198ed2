#include "plugins/redis/connection.hpp"

#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

#include "plugins/redis/command.hpp"

namespace redis_stream {

namespace {

constexpr std::size_t receive_bytes = std::size_t{128} << 10;
// Parsed at the latest after so many bytes, so that the parser's buffer stays small.
constexpr std::size_t parse_bytes = std::size_t{1} << 20;
constexpr std::size_t kept_output = std::size_t{1} << 20;

std::string system_text(int code) {
  return std::generic_category().message(code);
}

struct addresses {
  addrinfo* first = nullptr;
  addresses() = default;
  addresses(const addresses&) = delete;
  addresses& operator=(const addresses&) = delete;
  ~addresses() {
    if (first != nullptr) ::freeaddrinfo(first);
  }
};

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.starts_with(word)) return true;
  }
  return false;
}

} // namespace

connection::connection(endpoint server) : server_(std::move(server)), buffer_(receive_bytes) {}

connection::~connection() {
  close();
}

void connection::fail(const std::string& what) const {
  throw unavailable("Redis at " + server_.address() + ": " + what);
}

void connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  out_.clear();
  written_ = 0;
  reader_.reset();
  parsing_.clear();
}

bool connection::is_cut() const {
  pollfd asked{fd_, POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void connection::open(wakeup& wake, std::chrono::milliseconds patience) {
  close();
  const steady::time_point deadline = steady::now() + patience;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addresses found;
  const std::string port = std::to_string(server_.port);
  if (const int code = ::getaddrinfo(server_.host.c_str(), port.c_str(), &hints, &found.first);
      code != 0) {
    fail(std::string("cannot find the host: ") + ::gai_strerror(code));
  }
  for (const addrinfo* address = found.first; address != nullptr; address = address->ai_next) {
    try {
      connect_to(*address, wake, deadline);
      break;
    } catch (const unavailable&) {
      close();
      if (address->ai_next == nullptr) throw;
    }
  }
  reader_.reset(redisReaderCreateWithFunctions(recording_functions()));
  if (!reader_) throw std::bad_alloc();
  reader_->maxbuf = parse_bytes; // the buffer is kept from reply to reply up to this size
  reader_->privdata = &parsing_;
  sign_in(wake, patience);
}

void connection::connect_to(const addrinfo& address, wakeup& wake, steady::time_point deadline) {
  fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail("cannot make a socket: " + system_text(errno));
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return;
  if (errno != EINPROGRESS) fail("cannot connect: " + system_text(errno));
  const readiness ready = wait_for(wake, {.fd = fd_, .write = true}, {}, deadline);
  if (ready.interrupted) throw interrupted();
  if (!ready.readable[0] && !ready.writable[0]) fail("cannot connect in time");
  int code = 0;
  socklen_t length = sizeof code;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &length);
  if (code != 0) fail("cannot connect: " + system_text(code));
}

void connection::sign_in(wakeup& wake, std::chrono::milliseconds patience) {
  reply answer;
  const auto expect_ok = [&] {
    call(answer, wake, patience);
    if (answer.is_error()) throw unavailable(explain(answer.error()));
  };
  if (server_.has_password) {
    if (server_.user.empty()) {
      append_command(out_, std::string_view("AUTH"), server_.password);
    } else {
      append_command(out_, std::string_view("AUTH"), server_.user, server_.password);
    }
    expect_ok();
  }
  if (server_.database != 0) {
    command(out_, 2).text("SELECT").number(server_.database);
    expect_ok();
  }
}

void connection::flush() {
  while (written_ < out_.size()) {
    const ssize_t sent =
        ::send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      fail("the connection broke: " + system_text(errno));
    }
    written_ += static_cast<std::size_t>(sent);
    if (has_output()) moved_ = steady::now(); // what fits whole into the socket says nothing
  }
  out_.clear();
  written_ = 0;
  if (out_.capacity() > kept_output) std::string().swap(out_);
}

void connection::receive() {
  for (std::size_t taken = 0; taken < parse_bytes;) {
    const ssize_t got = ::recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got == 0) fail("the server closed the connection");
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      fail("the connection broke: " + system_text(errno));
    }
    if (redisReaderFeed(reader_.get(), buffer_.data(), static_cast<std::size_t>(got)) != 0) {
      fail(std::string("cannot keep the answer: ") + reader_->errstr);
    }
    moved_ = steady::now();
    taken += static_cast<std::size_t>(got);
    // A short read emptied the socket.
    if (static_cast<std::size_t>(got) < buffer_.size()) return;
  }
}

bool connection::next(reply& into) {
  void* object = nullptr;
  if (redisReaderGetReply(reader_.get(), &object) != 0) {
    fail(std::string("this is no Redis server: ") + reader_->errstr);
  }
  if (object == nullptr) return false;
  into.clear();
  std::swap(into, parsing_);
  return true;
}

// What the server said before it hung up, and why it did.
void connection::hear_last_words() {
  try {
    receive();
  } catch (const unavailable&) {
    return; // it said no more
  }
}

bool connection::drains(int& unsent) {
  int now = 0;
  if (::ioctl(fd_, SIOCOUTQ, &now) != 0 || now >= unsent) return false;
  unsent = now;
  moved_ = steady::now();
  return true;
}

void connection::call(reply& into, wakeup& wake, std::chrono::milliseconds patience) {
  const steady::time_point began = steady::now();
  int unsent = std::numeric_limits<int>::max();
  for (;;) {
    std::exception_ptr broken;
    try {
      flush();
    } catch (const unavailable&) {
      broken = std::current_exception();
      hear_last_words();
    }
    if (next(into)) return;
    if (broken) std::rethrow_exception(broken);
    const steady::time_point deadline = std::max(began, moved_) + patience;
    const readiness ready = wait_for(wake, {.fd = fd_, .write = has_output()}, {}, deadline);
    if (ready.interrupted) throw interrupted();
    if (ready.readable[0]) {
      receive();
    } else if (!ready.writable[0] && steady::now() >= deadline) {
      if (moved_ < began || !drains(unsent)) fail("no answer in time");
    }
  }
}

bool connection::is_not_ready(std::string_view error) {
  return starts_with_any(error, {"LOADING", "BUSY ", "MASTERDOWN", "READONLY", "OOM ", "MISCONF",
                                 "NOREPLICAS", "CLUSTERDOWN"});
}

bool connection::is_too_large(std::string_view error) {
  return starts_with_any(error, {"ERR Protocol error: invalid bulk length",
                                 "ERR Protocol error: invalid multibulk length"});
}

std::string connection::explain(std::string_view error) const {
  std::string meaning;
  const std::string who = server_.user.empty() ? "" : " of user '" + server_.user + "'";
  if (starts_with_any(error, {"WRONGPASS", "ERR invalid password", "ERR AUTH"})) {
    meaning = "the password" + who + " in `uri` is refused";
  } else if (error.starts_with("NOAUTH")) {
    meaning = "a password is needed; put it into `uri` as redis://:password@host";
  } else if (error.starts_with("NOPERM")) {
    meaning = "the user" + (server_.user.empty() ? "" : " '" + server_.user + "'") +
              " lacks a permission (ACL)";
  } else if (error.starts_with("WRONGTYPE")) {
    meaning = "the key holds something else than a stream";
  } else if (error.find("DB index") != std::string_view::npos) {
    meaning = "there is no database " + std::to_string(server_.database);
  } else if (is_too_large(error)) {
    meaning = "it is larger than the server takes (its setting proto-max-bulk-len)";
  } else if (is_not_ready(error)) {
    meaning = "the server is not ready for this";
  } else {
    meaning = "the server reports an error";
  }
  return "Redis at " + server_.address() + ": " + meaning + " (" + std::string(error) + ")";
}

} // namespace redis_stream
