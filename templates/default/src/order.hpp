// An order as the source writes it: "order 7: 2 apples, 1 pear".
#pragma once

#include <tempest/errors.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace {{identifier}} {

struct order {
  unsigned long number = 0;
  std::string_view items;
};

// The number that `text` begins with. Throws tempest::reject: such a text will never be one.
inline unsigned long leading_number(std::string_view text) {
  unsigned long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) {
    throw tempest::reject("there is no number at the start of '" + std::string(text) + "'");
  }
  return number;
}

// Views into `text`. Throws tempest::reject when it is not an order.
inline order parse_order(std::string_view text) {
  constexpr std::string_view start = "order ";
  const std::size_t colon = text.find(':');
  if (!text.starts_with(start) || colon == std::string_view::npos) {
    throw tempest::reject("not an order: '" + std::string(text) + "'");
  }
  return {leading_number(text.substr(start.size())), text.substr(colon + 1)};
}

} // namespace {{identifier}}
