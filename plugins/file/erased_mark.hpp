// How a line is erased where it stands: one byte of it changes, which happens whole or not at all
// whoever is killed. Knows nothing of Tempest.
#pragma once

#include <sys/types.h>

#include <string_view>

namespace file_lines {

// The first character of the first name in the JSON object that the line is becomes DEL. So the
// line stays JSON for whoever reads the file meanwhile, and what was never marked does not look so.
constexpr std::string_view erased_begin = "{\"\x7f";
constexpr off_t mark_offset = erased_begin.size() - 1;

[[nodiscard]] inline bool is_erased(std::string_view line) {
  return line.starts_with(erased_begin);
}

// Other lines are erased only by writing the file anew.
[[nodiscard]] inline bool can_be_marked(std::string_view line) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return line.size() > erased_begin.size() &&
         line.starts_with(erased_begin.substr(0, mark_offset)) &&
         letters.find(line[mark_offset]) != std::string_view::npos;
}

} // namespace file_lines
