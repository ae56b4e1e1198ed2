#include "cli/project_build/build_log.hpp"

#include <string_view>

#include "cli/output/print.hpp"

namespace tempest::cli {
namespace {

constexpr std::string_view chatter[] = {"ninja: ",      "make",      "gmake",
                                        "Consolidate ", "Scanning ", "Dependencies file "};

} // namespace

bool is_progress_line(const std::string& line) {
  if (line.starts_with('[')) {
    const std::size_t end = line.find(']');
    const std::string inside = end == std::string::npos ? "?" : line.substr(1, end - 1);
    return inside.find_first_not_of("0123456789/% ") == std::string::npos;
  }
  for (const std::string_view start : chatter) {
    if (line.starts_with(start)) return true;
  }
  return line.empty();
}

void build_log::line(const std::string& text) {
  if (is_progress_line(text)) progress_.show(text);
  lines_.push_back(text);
}

void build_log::show_all() {
  progress_.clear();
  for (const std::string& line : lines_) say(line);
}

void build_log::show_warnings() {
  progress_.clear();
  for (const std::string& line : lines_) {
    if (!is_progress_line(line)) say(line);
  }
}

} // namespace tempest::cli
