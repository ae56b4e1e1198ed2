#include "runtime/base/error.hpp"

#include <algorithm>

namespace tempest::base {

std::string location::text() const {
  std::string text = file;
  if (line > 0) text += ":" + std::to_string(line);
  if (line > 0 && column > 0) text += ":" + std::to_string(column);
  return text;
}

std::string problem::line() const {
  std::string place = where.text();
  std::string text_line = place.empty() ? "" : place + ": ";
  text_line += level == severity::error ? "error: " : "warning: ";
  text_line += text;
  if (!hint.empty()) text_line += " (" + hint + ")";
  return text_line;
}

bool has_errors(const problems& found) {
  return std::ranges::any_of(found, [](const problem& p) { return p.level == severity::error; });
}

} // namespace tempest::base
