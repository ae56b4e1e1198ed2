// Finds list elements in the answers to the script that reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "plugins/redis/reply.hpp"

namespace redis::list {

// What is kept of an element beside its bytes.
struct mark {
  std::uint64_t number = 0;   // of its list; the same when it is read again
  std::uint32_t failures = 0; // so far
  std::string_view letter;    // the id of the dead letter that it was, if any
};

// Reads "NUMBER", "NUMBER FAILURES" or "NUMBER FAILURES LETTER". Pure.
[[nodiscard]] std::optional<mark> parse_mark(std::string_view text);

struct element {
  std::uint32_t list = 0; // in the order in which the lists were named
  std::string_view bytes; // inside the reply, as is the letter
  mark known;
};

// The answer of take_script. Returns false when it has another shape. Pure.
bool find_taken(const reply& from, std::vector<element>& into);

} // namespace redis::list
