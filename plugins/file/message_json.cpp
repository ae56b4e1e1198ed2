#include "plugins/file/message_json.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace file_lines {
namespace {

using nlohmann::ordered_json;

bool is_utf8(std::string_view text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
    }
  }
  return text;
}

std::optional<std::string> base64_bytes(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char one : text) {
    const std::size_t digit = digits.find(one);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if ((bits += 6) < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFF);
  }
  return bytes;
}

void put(ordered_json& into, const std::string& name, std::string_view bytes) {
  if (is_utf8(bytes)) {
    into[name] = bytes;
  } else {
    into[name + "_base64"] = base64(bytes);
  }
}

} // namespace

std::string to_json(const tempest::message& from) {
  ordered_json made;
  put(made, "id", from.id());
  if (const auto key = from.key()) put(made, "key", *key);
  made["headers"] = ordered_json::array();
  for (const tempest::header& one : from.headers()) {
    ordered_json header;
    put(header, "name", tempest::impl::view(one.name));
    put(header, "value", tempest::impl::view(one.value));
    made["headers"].push_back(std::move(header));
  }
  put(made, "payload", from.text());
  if (from.timestamp() != 0) made["timestamp_ms"] = from.timestamp();
  return made.dump();
}

std::optional<std::string> payload_of_json(std::string_view line) {
  const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  const auto text = [&](const char* name) -> const std::string* {
    const auto found = parsed.find(name);
    return found == parsed.end() ? nullptr : found->get_ptr<const std::string*>();
  };
  if (const std::string* plain = text("payload")) return *plain;
  if (const std::string* encoded = text("payload_base64")) return base64_bytes(*encoded);
  return std::nullopt;
}

} // namespace file_lines
