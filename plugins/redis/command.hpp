// Writes commands in the form that the server reads.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/redis/stream_id.hpp"

namespace redis {

// Appends commands to a buffer: command(out, 3).text("XACK")... Exactly as many arguments as said
// must follow. Binary safe.
class command {
 public:
  command(std::string& out, std::size_t arguments) : out_(out) { prefix(out, '*', arguments); }

  // One more argument of the command that was begun last.
  static void append(std::string& out, std::string_view argument) {
    prefix(out, '$', argument.size());
    out.append(argument);
    out.append("\r\n", 2);
  }

  command& text(std::string_view argument) {
    append(out_, argument);
    return *this;
  }
  template <std::integral Number>
  command& number(Number value) {
    char digits[24];
    const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return text({digits, static_cast<std::size_t>(end - digits)});
  }
  command& id(const stream_id& value) {
    char digits[stream_id_length];
    const char* const end = write_id(digits, value);
    return text({digits, static_cast<std::size_t>(end - digits)});
  }

 private:
  static void prefix(std::string& out, char kind, std::size_t count) {
    char digits[24];
    digits[0] = kind;
    char* end = std::to_chars(digits + 1, digits + sizeof digits - 2, count).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.append(digits, static_cast<std::size_t>(end - digits));
  }

  std::string& out_;
};

// One whole command of texts.
template <typename... Texts>
void append_command(std::string& out, const Texts&... arguments) {
  command writer(out, sizeof...(arguments));
  (writer.text(arguments), ...);
}

// How many bytes the longest argument of whole commands has.
[[nodiscard]] inline std::size_t longest_argument(std::string_view commands) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < commands.size();) {
    const bool is_argument = commands[at] == '$';
    std::size_t number = 0;
    const char* const end =
        std::from_chars(commands.data() + at + 1, commands.data() + commands.size(), number).ptr;
    at = static_cast<std::size_t>(end - commands.data()) + 2;
    if (!is_argument) continue;
    longest = std::max(longest, number);
    at += number + 2;
  }
  return longest;
}

} // namespace redis
