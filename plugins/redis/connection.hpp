// One connection to a Redis server: a socket that never blocks, hiredis' parser, and nothing else.
#pragma once

#include <hiredis/read.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugins/redis/reply.hpp"
#include "plugins/redis/uri.hpp"
#include "plugins/redis/wakeup.hpp"

struct addrinfo;

namespace redis_stream {

// The server cannot be used now: the text is for people and holds no secret.
struct unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A wait was ended by the wakeup.
struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("interrupted") {}
};

// Not thread-safe. What fails throws `unavailable`; the connection is then of no use and must be
// closed.
class connection {
 public:
  explicit connection(endpoint server);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Connects, signs in and selects the database, waiting for `patience` each time. Throws
  // `interrupted` when the wakeup is raised. Looking up a host name may block; addresses do not.
  void open(wakeup& wake, std::chrono::milliseconds patience);
  void close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // Whether the other side has hung up, as far as is known without asking it.
  [[nodiscard]] bool is_cut() const;
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const endpoint& server() const { return server_; }

  // Commands to send: append to it, then flush.
  [[nodiscard]] std::string& out() { return out_; }
  [[nodiscard]] bool has_output() const { return written_ < out_.size(); }
  // Writes what the socket takes.
  void flush();
  // Reads what has arrived.
  void receive();
  // Takes the next whole reply, in the order of the commands; false when there is none yet.
  // What `into` held is forgotten, its memory is used again.
  bool next(reply& into);

  // When bytes last came, or the socket took some of many: a large command or reply takes its time
  // on a slow link, and only a server that is silent is given up.
  [[nodiscard]] steady::time_point moved() const { return moved_; }
  // Whether a part of a reply is here: bytes that are not read yet, or the beginning of an array.
  [[nodiscard]] bool in_a_reply() const {
    return reader_ != nullptr && (reader_->pos < reader_->len || reader_->reply != nullptr);
  }

  // Sends what is in out() and waits for the next reply: only while no other is outstanding. Throws
  // once nothing has moved for `patience`.
  void call(reply& into, wakeup& wake, std::chrono::milliseconds patience);

  // The server's error for people: where, what it means, and the server's own words.
  [[nodiscard]] std::string explain(std::string_view error) const;
  // Whether an error says that the server takes no such command now, whatever its arguments: it
  // loads, is a replica, or has no room.
  [[nodiscard]] static bool is_not_ready(std::string_view error);
  // Whether it says that a command was too large. The server hangs up after it.
  [[nodiscard]] static bool is_too_large(std::string_view error);

 private:
  void hear_last_words();
  [[noreturn]] void fail(const std::string& what) const;
  // Whether less waits in the socket than the `unsent` of the last look: the other side takes it.
  bool drains(int& unsent);
  void connect_to(const ::addrinfo& address, wakeup& wake, steady::time_point deadline);
  void sign_in(wakeup& wake, std::chrono::milliseconds patience);

  struct free_reader {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  endpoint server_;
  int fd_ = -1;
  steady::time_point moved_{};
  std::string out_;
  std::size_t written_ = 0;
  std::unique_ptr<redisReader, free_reader> reader_;
  reply parsing_;
  std::vector<char> buffer_;
};

} // namespace redis_stream
