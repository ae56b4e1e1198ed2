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

// Bytes of the UTF-8 character at the start of `text`, 1 to 4; 0 when it is none (RFC 3629: no
// overlong form, no surrogate, nothing beyond U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

} // namespace tempest::config
