// Appends entries to a Redis stream, many in one write, or moves them there from another.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/redis/pipeline.hpp"

namespace redis::stream {

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

// The most fields that an entry which is moved can have: a script's arguments are few thousands.
inline constexpr std::size_t most_moved_fields = 3000;

// One thread. Its answers come by line(), one an entry.
class writer {
 public:
  explicit writer(writer_settings settings);

  void connect() { line_.connect(settings_.key, "stream"); }
  // Throws when the user may not add to the stream. Adds nothing.
  void expect_right();
  [[nodiscard]] pipeline& line() { return line_; }

  // What begins from now on is added to that stream.
  void go_to(const std::string& key) { settings_.key = key; }
  // Begins an entry of `fields` pairs; exactly as many field() calls must follow.
  void begin(std::size_t fields);
  // The same; in the step that adds it, `from` is deleted, and when that is gone nothing is added:
  // the answer is then 0.
  void begin_move(const entry_elsewhere& from, std::size_t fields);
  void field(std::string_view name, std::string_view value);

 private:
  writer_settings settings_;
  pipeline line_;
};

} // namespace redis::stream
