// Many commands in one write over a connection of their own, and their answers in turn.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/redis/connection.hpp"

namespace redis {

// Commands leave in pieces of about this size, so that memory is bounded however large a batch is.
inline constexpr std::size_t piece_bytes = std::size_t{1} << 20;

// One thread. What fails for the connection as a whole throws `unavailable`; then connect again.
class pipeline {
 public:
  pipeline(endpoint server, std::chrono::milliseconds timeout);

  // Reaches the server. Throws, too, when `key` is there and is no `type`.
  void connect(const std::string& key, std::string_view type);
  [[nodiscard]] bool connected() const { return link_.is_open() && !link_.is_cut(); }
  void close() { link_.close(); }
  [[nodiscard]] std::string address() const { return link_.server().address(); }

  // Commands to send: append to it.
  [[nodiscard]] std::string& out() { return link_.out(); }
  // Bytes queued and not sent yet.
  [[nodiscard]] std::size_t queued() { return link_.out().size(); }
  // Sends what is queued and waits for the answer to the oldest command that has none: nothing when
  // it is good, else the server's error for people.
  std::optional<std::string> result();
  // Waits for the answers to so many commands that were queued to learn whether the user may do
  // them. Throws when not, and disconnects; whatever else is wrong says nothing.
  void expect_rights(std::size_t commands);
  // Of that answer.
  [[nodiscard]] const reply& answer() const { return answer_; }
  // Whether that error says that the server takes nothing now, nothing from this user, or nothing
  // under this key.
  [[nodiscard]] bool refused_all() const;
  // Whether it says that the command was too large. The server has hung up.
  [[nodiscard]] bool was_too_large() const;
  // Whether that answer is the number 0.
  [[nodiscard]] bool was_zero() const;
  // A number among the server's settings; nothing when the server does not tell it. Only while no
  // answer is awaited.
  [[nodiscard]] std::optional<std::uint64_t> setting(std::string_view name);

 private:
  std::chrono::milliseconds timeout_;
  connection link_;
  wakeup wake_;
  reply answer_;
};

} // namespace redis
