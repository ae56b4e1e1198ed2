#include "plugins/redis/list/envelope.hpp"

#include <nlohmann/json.hpp>

#include "plugins/redis/json_text.hpp"

namespace redis::list {

namespace {

using nlohmann::json;

void put(json& into, const std::string& name, const std::string& bytes) {
  if (is_utf8(bytes)) {
    into[name] = bytes;
    return;
  }
  std::string text;
  append_base64(text, bytes);
  into[name + "_base64"] = text;
}

// Returns whether it is there and can be read.
bool get(const json& from, const std::string& name, std::string& into) {
  if (const auto plain = from.find(name); plain != from.end() && plain->is_string()) {
    into = plain->get<std::string>();
    return true;
  }
  const auto encoded = from.find(name + "_base64");
  return encoded != from.end() && encoded->is_string() &&
         decode_base64(encoded->get_ref<const std::string&>(), into);
}

bool read_headers(const json& from, envelope& into) {
  const auto headers = from.find("headers");
  if (headers == from.end()) return true;
  if (!headers->is_array()) return false;
  for (const json& one : *headers) {
    auto& [name, value] = into.headers.emplace_back();
    if (!one.is_object() || !get(one, "name", name) || !get(one, "value", value)) return false;
  }
  return true;
}

} // namespace

std::string write_envelope(const envelope& what) {
  json made = json::object();
  if (what.key) put(made, "key", *what.key);
  for (const auto& [name, value] : what.headers) {
    json one = json::object();
    put(one, "name", name);
    put(one, "value", value);
    made["headers"].push_back(std::move(one));
  }
  if (what.timestamp_ms != 0) made["timestamp_ms"] = what.timestamp_ms;
  put(made, "payload", what.payload);
  return made.dump();
}

std::optional<envelope> read_envelope(std::string_view text) {
  // Whoever writes elements decides how deep they are: nothing here may recurse with them.
  const auto not_too_deep = [](int depth, json::parse_event_t, json&) { return depth <= 8; };
  const json from = json::parse(text, not_too_deep, false);
  envelope made;
  if (!from.is_object() || !get(from, "payload", made.payload)) return std::nullopt;
  std::string key;
  if (get(from, "key", key)) made.key = std::move(key);
  const auto time = from.find("timestamp_ms");
  if (time != from.end() && time->is_number_integer())
    made.timestamp_ms = time->get<std::int64_t>();
  if (!read_headers(from, made)) return std::nullopt;
  return made;
}

} // namespace redis::list
