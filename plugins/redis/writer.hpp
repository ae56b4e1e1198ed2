// Appends entries to a Redis stream, many in one write, or moves them there from another.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/redis/connection.hpp"

namespace redis_stream {

struct writer_settings {
  endpoint server;
  std::string key;
  std::uint64_t max_length = 0; // the stream is trimmed to about that many entries; 0 = never
  std::chrono::milliseconds timeout{10000};
};

// An entry of another stream on the same server.
struct entry_elsewhere {
  std::string_view key;
  std::uint32_t database = 0;
  std::string_view id;
};

// Entries leave in pieces of about this size, so that memory is bounded however large a batch is.
inline constexpr std::size_t piece_bytes = std::size_t{1} << 20;

// The most fields that an entry which is moved can have: a script's arguments are few thousands.
inline constexpr std::size_t most_moved_fields = 3000;

// One thread. What fails for the connection as a whole throws `unavailable`; then connect again.
class writer {
 public:
  explicit writer(writer_settings settings);

  void connect();
  [[nodiscard]] bool connected() const { return link_.is_open() && !link_.is_cut(); }
  void close() { link_.close(); }

  // Begins an entry of `fields` pairs; exactly as many field() calls must follow.
  void begin(std::size_t fields);
  // The same; in the step that adds it, `from` is deleted, and when that is gone nothing is added.
  void begin_move(const entry_elsewhere& from, std::size_t fields);
  void field(std::string_view name, std::string_view value);
  // Bytes queued and not sent yet.
  [[nodiscard]] std::size_t queued() { return link_.out().size(); }
  // Waits for the answer to the oldest entry that has none: nothing when it was added, else the
  // server's error for people.
  std::optional<std::string> result();
  // Whether that error says that the server takes nothing now.
  [[nodiscard]] bool refused_all() const;
  // Whether it says that the entry was too large. The server has hung up.
  [[nodiscard]] bool was_too_large() const;
  // Whether that answer says that the entry to be moved was gone.
  [[nodiscard]] bool was_gone() const;

 private:
  writer_settings settings_;
  connection link_;
  wakeup wake_;
  reply answer_;
};

} // namespace redis_stream
