// One connection to a Redis server: a socket that never blocks, perhaps TLS over it, hiredis'
// parser, and nothing else.
#pragma once

#include <hiredis/read.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "plugins/redis/reply.hpp"
#include "plugins/redis/socket.hpp"
#include "plugins/redis/tls.hpp"
#include "plugins/redis/unavailable.hpp"
#include "plugins/redis/wakeup.hpp"

namespace redis {

// Not thread-safe. What fails throws `unavailable`; the connection is then of no use and must be
// closed.
class connection {
 public:
  // Throws std::invalid_argument when a file for TLS is not what it should be.
  explicit connection(endpoint server);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Connects, signs in and selects the database, waiting for `patience` each time. Throws
  // `interrupted` when the wakeup is raised. Looking up a host name may block; addresses do not.
  void open(wakeup& wake, std::chrono::milliseconds patience);
  void close();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  // Whether the other side has hung up, as far as is known without asking it.
  [[nodiscard]] bool is_cut() const;
  [[nodiscard]] int fd() const { return socket_.fd(); }
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
  // Whether it says that the server's memory is full (maxmemory), so that it takes nothing that may
  // need more; it goes on giving, and forgetting.
  [[nodiscard]] static bool is_full(std::string_view error);
  // Whether it says that the user may not do this command, or not to this key.
  [[nodiscard]] static bool is_denied(std::string_view error);
  // Whether it says that the key holds something that the command is not for.
  [[nodiscard]] static bool is_of_another_type(std::string_view error);
  // Whether it says that a command was too large. The server hangs up after it.
  [[nodiscard]] static bool is_too_large(std::string_view error);

 private:
  std::size_t write_some(const char* data, std::size_t size);
  arrived read_some(char* into, std::size_t size, bool is_first);
  void exchange(reply& into, wakeup& wake, std::chrono::milliseconds patience);
  void check_line() const;
  std::exception_ptr hear_last_words(std::exception_ptr written);
  [[noreturn]] void fail(const std::string& what) const;
  // Whether less waits in the socket than the `unsent` of the last look: the other side takes it.
  bool drains(int& unsent);
  void sign_in(wakeup& wake, std::chrono::milliseconds patience);

  struct free_reader {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };

  endpoint server_;
  socket socket_;
  std::unique_ptr<tls_session> tls_;
  bool answered_ = false; // a call, over this or an earlier connection
  steady::time_point moved_{};
  std::string out_;
  std::size_t written_ = 0;
  std::unique_ptr<redisReader, free_reader> reader_;
  reply parsing_;
  std::vector<char> buffer_;
};

} // namespace redis
