#include "cli/output/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tempest::cli {
namespace {

bool starts_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

std::string_view first_columns(std::string_view line, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (starts_a_character(line[at]) && ++seen > columns) return line.substr(0, at);
  }
  return line;
}

} // namespace

std::string fit(const std::string& text, screen_size into) {
  const auto lines = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const bool all = lines <= into.rows;
  const std::size_t shown = all ? lines : std::max<std::size_t>(into.rows, 1) - 1;
  std::string made;
  std::string_view rest = text;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    made += first_columns(rest.substr(0, end), into.columns);
    if (i + 1 < lines) made += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (all) return made;
  return made +=
         first_columns(fmt::format("({} more; --once shows all)", lines - shown), into.columns);
}

} // namespace tempest::cli
