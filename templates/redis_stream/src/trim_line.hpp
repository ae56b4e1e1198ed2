// Takes the blanks off both ends of a line. Lines of blanks alone are skipped, and what is no text is
// rejected: it goes to the dead letters.
#pragma once

#include <tempest/task.hpp>

#include <string_view>

namespace {{identifier}} {

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

struct trim_line {
  // false = this message is not for this task: it is done, and nothing follows.
  bool filter(const tempest::message& in) { return !trimmed(in.text()).empty(); }

  void handle(const tempest::message& in, tempest::outbox& out) {
    if (in.text().find('\0') != std::string_view::npos) throw tempest::reject("not a line of text");
    out.emit(trimmed(in.text()));
  }
};

inline auto trim_line_task() {
  return tempest::task<trim_line>("trim_line", "Takes the blanks off both ends, skips blank lines.");
}

} // namespace {{identifier}}
