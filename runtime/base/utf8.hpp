// UTF-8, and text whose bytes anybody may have chosen. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tempest::base {

// Bytes of the UTF-8 character at the start of `text`, 1 to 4; 0 when it is none (RFC 3629: no
// overlong form, no surrogate, nothing beyond U+10FFFF).
[[nodiscard]] std::size_t utf8_length(std::string_view text);

// Whether all of `text` is UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

// Whether people can read it as it stands: UTF-8 whose only control characters are tabs and line
// ends.
[[nodiscard]] bool is_readable(std::string_view text);

// At most the first `most` bytes of it, without a last character that would be cut.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t most);

// `text` as one line for people: control bytes and bytes that are not UTF-8 stand as \xff.
[[nodiscard]] std::string one_line(std::string_view text);

// The same as the inside of a JSON string, which it is always fit for.
[[nodiscard]] std::string json_line(std::string_view text);

} // namespace tempest::base
