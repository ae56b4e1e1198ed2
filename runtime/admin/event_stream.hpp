// Server-sent events (text/event-stream, as the HTML standard defines it) in bytes, both ways.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tempest::admin {

struct server_event {
  std::string kind; // "message" where none was told
  std::string data;
};

inline constexpr const char* event_stream_type = "text/event-stream";
// Tells nothing but that the other side is there.
inline constexpr std::string_view event_comment = ":\n\n";

// As it goes over the wire. `data` is one line, `kind` a word.
[[nodiscard]] std::string event_bytes(std::string_view kind, std::string_view data);

// Reads events out of a stream of bytes that comes in any pieces.
class event_reader {
 public:
  static constexpr std::size_t longest = 1 << 20; // an event, in bytes

  // What came.
  void add(std::string_view bytes) { unread_ += bytes; }
  // The next event that is whole; nothing: more has to come first, or it is wrong.
  [[nodiscard]] std::optional<server_event> next();
  // The stream is none of events: one of them has no end.
  [[nodiscard]] bool is_wrong() const { return unread_.size() + open_.data.size() > longest; }

 private:
  [[nodiscard]] std::optional<std::string> next_line();
  void take(std::string_view line);

  std::string unread_;
  server_event open_;
  bool has_data_ = false;
};

} // namespace tempest::admin
