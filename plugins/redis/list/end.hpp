// The two ends of a list.
#pragma once

#include <cstdint>
#include <string_view>

namespace redis::list {

enum class end : std::uint8_t { left, right };

[[nodiscard]] constexpr std::string_view word(end of) {
  return of == end::left ? "LEFT" : "RIGHT";
}
[[nodiscard]] constexpr end other(end of) {
  return of == end::left ? end::right : end::left;
}

} // namespace redis::list
