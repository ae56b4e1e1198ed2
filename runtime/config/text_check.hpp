// What must be looked at before a parser sees the text: it recurses, and takes any byte. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tempest::config {

struct text_fault {
  std::size_t offset; // of the byte at fault
  std::string reason; // repeats nothing of the text
};

// The first fault of `text`: a NUL byte, bytes that are not UTF-8, tables or lists nested (or keys
// dotted) more than 100 deep, a line beyond 8 KiB (the parser's time grows with its square).
// Nothing when there is none.
[[nodiscard]] std::optional<text_fault> fault_of(std::string_view text);

} // namespace tempest::config
