#include "runtime/admin/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tempest::admin {

std::string event_bytes(std::string_view kind, std::string_view data) {
  return fmt::format("event: {}\ndata: {}\n\n", kind, data);
}

std::optional<server_event> event_reader::next() {
  while (const auto line = next_line()) {
    if (!line->empty()) {
      take(*line);
      continue;
    }
    server_event made = std::exchange(open_, {});
    if (!std::exchange(has_data_, false)) continue; // a comment, or something without data
    if (made.kind.empty()) made.kind = "message";
    return made;
  }
  return std::nullopt;
}

// Ends with \n, \r\n or \r. Behind a last \r the \n may yet come.
std::optional<std::string> event_reader::next_line() {
  const std::size_t end = unread_.find_first_of("\r\n");
  if (end == std::string::npos) return std::nullopt;
  std::size_t next = end + 1;
  if (unread_[end] == '\r') {
    if (next == unread_.size()) return std::nullopt;
    if (unread_[next] == '\n') ++next;
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, next);
  return line;
}

void event_reader::take(std::string_view line) {
  const std::string_view field = line.substr(0, line.find(':'));
  std::string_view value = line.substr(std::min(line.size(), field.size() + 1));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") open_.kind = value;
  if (field != "data") return;
  if (std::exchange(has_data_, true)) open_.data += '\n';
  open_.data += value;
}

} // namespace tempest::admin
