#include "runtime/base/utf8.hpp"

#include <fmt/format.h>

namespace tempest::base {
namespace {

bool is_tail(unsigned char byte) {
  return (byte & 0xC0u) == 0x80u;
}

std::string escaped(std::string_view text, bool json) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    const bool control = byte < 0x20 || byte == 0x7f;
    if (control && json) {
      out += fmt::format("\\u{:04x}", byte);
    } else if (control || length == 0) {
      out += fmt::format("{}\\x{:02x}", json ? "\\" : "", byte);
    } else {
      if (json && (byte == '"' || byte == '\\')) out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

} // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_tail(byte(i))) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_large = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (const std::size_t length = utf8_length(text)) text.remove_prefix(length);
  return text.empty();
}

// Those of Latin-1 are control characters, too, and some terminals obey them.
bool is_readable(std::string_view text) {
  while (const std::size_t length = utf8_length(text)) {
    const auto first = static_cast<unsigned char>(text[0]);
    const bool white = first == '\t' || first == '\n' || first == '\r';
    const bool c1 = first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if ((first < 0x20 && !white) || first == 0x7f || c1) return false;
    text.remove_prefix(length);
  }
  return text.empty();
}

std::string_view utf8_prefix(std::string_view text, std::size_t most) {
  constexpr std::size_t longest = 4; // of a character
  if (text.size() <= most) return text;
  for (std::size_t end = most; end > 0 && most - end < longest; --end) {
    if (!is_tail(static_cast<unsigned char>(text[end]))) return text.substr(0, end);
  }
  return text.substr(0, most);
}

std::string one_line(std::string_view text) {
  return escaped(text, false);
}

std::string json_line(std::string_view text) {
  return escaped(text, true);
}

} // namespace tempest::base
