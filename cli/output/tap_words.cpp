#include "cli/output/tap_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "runtime/base/base64.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t bytes_a_line = 16;
constexpr std::size_t lines_shown = 8; // of bytes that are no text
constexpr const char* margin = "  ";

// A member that stands as NAME or, when nobody could read it, as NAME_base64.
std::string bytes_of(const ordered_json& from, const std::string& name, bool& is_text) {
  is_text = from.contains(name);
  if (is_text) return from.at(name).get<std::string>();
  return base::base64_bytes(from.at(name + "_base64").get<std::string>()).value_or("");
}

// The same on one line, whatever its bytes are.
std::string word_of(const ordered_json& from, const std::string& name) {
  bool is_text = false;
  return base::one_line(bytes_of(from, name, is_text));
}

std::string place_of(const ordered_json& seen) {
  if (seen.contains("task")) return base::one_line(seen.at("task").get<std::string>());
  const ordered_json& edge = seen.at("edge");
  return word_of(edge, "from") + " -> " + word_of(edge, "to");
}

std::string head_of(const ordered_json& seen) {
  const auto attempt = seen.at("attempt").get<std::uint32_t>();
  const std::string which = fmt::format("attempt {}", attempt);
  std::string made =
      bold(fmt::format("{}  {}  {}", word_of(seen, "time"), place_of(seen), word_of(seen, "id"))) +
      "  " + (attempt > 1 ? red(which) : which);
  const bool has_key = !seen.contains("key") || !seen.at("key").is_null();
  if (has_key) made += fmt::format("\n{}key: {}", margin, word_of(seen, "key"));
  for (const ordered_json& one : seen.at("headers")) {
    made += fmt::format("\n{}{}: {}", margin, word_of(one, "name"), word_of(one, "value"));
  }
  const auto omitted = seen.at("headers_omitted").get<std::uint64_t>();
  if (omitted > 0) made += fmt::format("\n{}({} not shown)", margin, counted(omitted, "header"));
  return made;
}

// Each line of it behind the margin.
std::string indented(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    made += fmt::format("\n{}{}", margin, printable_text(line));
  }
  return made;
}

std::string size_words(const ordered_json& seen, std::size_t shown) {
  const auto all = seen.at("payload_bytes").get<std::uint64_t>();
  if (all == 0) return fmt::format("\n{}(no payload)", margin);
  if (all == shown) return {};
  return fmt::format("\n{}({} of {} bytes)", margin, grouped(shown), grouped(all));
}

std::string tap_hex_of(const ordered_json& seen, std::string_view payload, std::size_t most) {
  const std::string_view shown = payload.substr(0, most);
  return head_of(seen) + indented(hex_dump(shown)) + size_words(seen, shown.size());
}

} // namespace

std::string hex_dump(std::string_view bytes) {
  std::string made;
  for (std::size_t at = 0; at < bytes.size(); at += bytes_a_line) {
    std::string digits;
    std::string text;
    const std::string_view line = bytes.substr(at, bytes_a_line);
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto byte = static_cast<unsigned char>(line[i]);
      digits += fmt::format("{}{:02x}", i == bytes_a_line / 2 ? "  " : " ", byte);
      text += byte >= 0x20 && byte < 0x7f ? line[i] : '.';
    }
    made += fmt::format("{}{:08x} {:<{}}  |{}|", at == 0 ? "" : "\n", at, digits,
                        3 * bytes_a_line + 1, text);
  }
  return made;
}

std::string tap_words(const ordered_json& seen) {
  bool is_text = false;
  const std::string payload = bytes_of(seen, "payload", is_text);
  if (!is_text) return tap_hex_of(seen, payload, lines_shown * bytes_a_line);
  return head_of(seen) + indented(payload) + size_words(seen, payload.size());
}

std::string tap_hex(const ordered_json& seen) {
  bool is_text = false;
  const std::string payload = bytes_of(seen, "payload", is_text);
  return tap_hex_of(seen, payload, payload.size());
}

} // namespace tempest::cli
