// The id of a stream entry: two numbers, written "milliseconds-sequence".
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace redis {

struct stream_id {
  std::uint64_t ms = 0;
  std::uint64_t seq = 0;

  auto operator<=>(const stream_id&) const = default;

  // The id just below; 0-0 has none and stays.
  [[nodiscard]] stream_id previous() const {
    if (seq > 0) return {ms, seq - 1};
    if (ms > 0) return {ms - 1, std::numeric_limits<std::uint64_t>::max()};
    return {};
  }
  // The id just above; the highest has none and stays.
  [[nodiscard]] stream_id next() const {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    if (seq < most) return {ms, seq + 1};
    if (ms < most) return {ms + 1, 0};
    return *this;
  }
  [[nodiscard]] std::string text() const;
};

// Longest text of an id.
inline constexpr std::size_t stream_id_length = 41;

// Writes the id's text to `to`, which has room for stream_id_length bytes; returns its end.
inline char* write_id(char* to, const stream_id& id) {
  to = std::to_chars(to, to + 20, id.ms).ptr;
  *to++ = '-';
  return std::to_chars(to, to + 20, id.seq).ptr;
}

inline std::string stream_id::text() const {
  char buffer[stream_id_length];
  return {buffer, write_id(buffer, *this)};
}

// Reads "ms-seq" or "ms"; nothing when the text is no id.
[[nodiscard]] inline std::optional<stream_id> parse_id(std::string_view text) {
  stream_id id;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, id.ms);
  if (error != std::errc{}) return std::nullopt;
  if (at == end) return id;
  if (*at != '-') return std::nullopt;
  const auto [last, second] = std::from_chars(at + 1, end, id.seq);
  if (second != std::errc{} || last != end) return std::nullopt;
  return id;
}

} // namespace redis
