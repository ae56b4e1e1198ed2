// What an element of a list is called that a sink shows and erases: elements have no names of their
// own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redis::list {

// Where it stood, counted from the oldest, and the SHA-1 of its bytes: "17-2aae6c35c94fcfb4..."
struct element_name {
  std::uint64_t place = 0;
  std::string hash;

  [[nodiscard]] std::string text() const { return std::to_string(place) + "-" + hash; }
};

[[nodiscard]] std::optional<element_name> parse_element_name(std::string_view text);

// In hexadecimal, as Redis writes it.
[[nodiscard]] std::string sha1_of(std::string_view bytes);

} // namespace redis::list
