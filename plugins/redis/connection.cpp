#include "plugins/redis/connection.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <exception>
#include <limits>
#include <utility>

#include "plugins/redis/command.hpp"

namespace redis {

namespace {

constexpr std::size_t receive_bytes = std::size_t{128} << 10;
// Parsed at the latest after so many bytes, so that the parser's buffer stays small.
constexpr std::size_t parse_bytes = std::size_t{1} << 20;
constexpr std::size_t kept_output = std::size_t{1} << 20;
// Of a status, an error or a number; no server has so much to say.
constexpr std::size_t longest_line = std::size_t{64} << 10;

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text.starts_with(word)) return true;
  }
  return false;
}

} // namespace

connection::connection(endpoint server)
    : server_(std::move(server)), socket_(server_), buffer_(receive_bytes) {
  check_tls_files(server_);
}

void connection::fail(const std::string& what) const {
  throw unavailable(server_, what);
}

void connection::close() {
  tls_.reset();
  socket_.close();
  out_.clear();
  written_ = 0;
  reader_.reset();
  parsing_.clear();
}

bool connection::is_cut() const {
  pollfd asked{fd(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void connection::open(wakeup& wake, std::chrono::milliseconds patience) {
  close();
  const steady::time_point deadline = steady::now() + patience;
  socket_.open(wake, deadline);
  if (server_.tls) {
    tls_ = std::make_unique<tls_session>(server_, socket_);
    tls_->shake_hands(wake, deadline);
  }
  reader_.reset(redisReaderCreateWithFunctions(recording_functions()));
  if (!reader_) throw std::bad_alloc();
  reader_->maxbuf = parse_bytes; // the buffer is kept from reply to reply up to this size
  reader_->privdata = &parsing_;
  sign_in(wake, patience);
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

std::size_t connection::write_some(const char* data, std::size_t size) {
  return tls_ ? tls_->write(data, size) : socket_.write(data, size);
}

// What came before the connection ended is looked at first; the next read hears of the end again.
arrived connection::read_some(char* into, std::size_t size, bool is_first) {
  try {
    return tls_ ? tls_->read(into, size) : socket_.read(into, size);
  } catch (const unavailable&) {
    if (is_first) throw;
    return {0, true};
  }
}

void connection::flush() {
  while (has_output()) {
    const std::size_t sent = write_some(out_.data() + written_, out_.size() - written_);
    if (sent == 0) return;
    written_ += sent;
    if (has_output()) moved_ = steady::now(); // what fits whole into the socket says nothing
  }
  out_.clear();
  written_ = 0;
  if (out_.capacity() > kept_output) std::string().swap(out_);
}

// The buffer is larger than a record of TLS, so none is left in part where no poll() sees it.
void connection::receive() {
  for (std::size_t taken = 0; taken < parse_bytes;) {
    const arrived got = read_some(buffer_.data(), buffer_.size(), taken == 0);
    if (got.bytes == 0) return;
    if (redisReaderFeed(reader_.get(), buffer_.data(), got.bytes) != 0) {
      fail(std::string("cannot keep the answer: ") + reader_->errstr);
    }
    moved_ = steady::now();
    taken += got.bytes;
    if (got.all) return;
  }
}

bool connection::next(reply& into) {
  void* object = nullptr;
  if (redisReaderGetReply(reader_.get(), &object) != 0) {
    fail(std::string("this is no Redis server: ") + reader_->errstr);
  }
  if (object == nullptr) {
    check_line();
    return false;
  }
  into.clear();
  std::swap(into, parsing_);
  return true;
}

// A line that goes on and on never lets the patience end, since something always comes. The size of
// a long text stands in a line of its own before it.
void connection::check_line() const {
  if (reader_->len - reader_->pos <= longest_line) return;
  const std::string_view line(reader_->buf + reader_->pos, longest_line);
  if (line.find("\r\n") != std::string_view::npos) return;
  fail("this is no Redis server: a line of its answer has no end within " +
       std::to_string(longest_line) + " bytes");
}

// What the server said before it hung up, and why it did: returns what to tell of the two. Over TLS
// only a read hears the reason.
std::exception_ptr connection::hear_last_words(std::exception_ptr written) {
  try {
    receive();
  } catch (const unavailable&) {
    if (tls_) return std::current_exception();
  }
  return written;
}

bool connection::drains(int& unsent) {
  int now = 0;
  if (::ioctl(fd(), SIOCOUTQ, &now) != 0 || now >= unsent) return false;
  unsent = now;
  moved_ = steady::now();
  return true;
}

void connection::call(reply& into, wakeup& wake, std::chrono::milliseconds patience) {
  try {
    exchange(into, wake, patience);
    answered_ = true;
  } catch (const unavailable& error) {
    if (answered_ || tls_ || !server_.path.empty()) throw;
    throw unavailable(error.what() +
                      std::string("; it has answered nothing yet: for its TLS port, write "
                                  "rediss://"));
  }
}

void connection::exchange(reply& into, wakeup& wake, std::chrono::milliseconds patience) {
  const steady::time_point began = steady::now();
  int unsent = std::numeric_limits<int>::max();
  for (;;) {
    std::exception_ptr broken;
    try {
      flush();
    } catch (const unavailable&) {
      broken = hear_last_words(std::current_exception());
    }
    if (next(into)) return;
    if (broken) std::rethrow_exception(broken);
    const steady::time_point deadline = std::max(began, moved_) + patience;
    const readiness ready = wait_for(wake, {.fd = fd(), .write = has_output()}, deadline);
    if (ready.interrupted) throw interrupted();
    if (ready.readable) {
      receive();
    } else if (!ready.writable && steady::now() >= deadline) {
      if (moved_ < began || !drains(unsent)) fail("no answer in time");
    }
  }
}

bool connection::is_not_ready(std::string_view error) {
  return starts_with_any(error, {"LOADING", "BUSY ", "MASTERDOWN", "READONLY", "OOM ", "MISCONF",
                                 "NOREPLICAS", "CLUSTERDOWN"});
}

bool connection::is_full(std::string_view error) {
  return error.starts_with("OOM ");
}

bool connection::is_denied(std::string_view error) {
  return error.starts_with("NOPERM");
}

bool connection::is_of_another_type(std::string_view error) {
  return error.starts_with("WRONGTYPE");
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
  } else if (is_denied(error) ||
             error.find("user executing the script can't run") != std::string_view::npos) {
    meaning = "the user" + (server_.user.empty() ? "" : " '" + server_.user + "'") +
              " lacks a permission (ACL); the rights that are needed stand on the connector's page";
  } else if (is_of_another_type(error)) {
    meaning = "the key holds something of another type";
  } else if (error.find("DB index") != std::string_view::npos) {
    meaning = "there is no database " + std::to_string(server_.database);
  } else if (is_too_large(error)) {
    meaning = "it is larger than the server takes (its setting proto-max-bulk-len)";
  } else if (is_full(error)) {
    meaning = "its memory is full";
  } else if (is_not_ready(error)) {
    meaning = "the server is not ready for this";
  } else {
    meaning = "the server reports an error";
  }
  return "Redis at " + server_.address() + ": " + meaning + " (" + std::string(error) + ")";
}

} // namespace redis
