#include "plugins/redis/stream/json_fields.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "plugins/redis/json_text.hpp"

namespace redis::stream {

namespace {

constexpr std::string_view base64_mark = "$base64";
constexpr int deepest = 200; // writing JSON recurses
constexpr std::string_view base64_prefix = "$base64:";

bool is_bytes(const nlohmann::json& value) {
  return value.is_object() && value.size() == 1 && value.contains(base64_mark) &&
         value.at(std::string(base64_mark)).is_string();
}

bool is_texts(const nlohmann::json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(),
                     [](const nlohmann::json& one) { return one.is_string() || is_bytes(one); });
}

std::string text_of(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string bytes;
  if (is_bytes(value) &&
      decode_base64(value.at(std::string(base64_mark)).get<std::string>(), bytes)) {
    return bytes;
  }
  return value.dump();
}

std::string name_of(const std::string& name) {
  std::string bytes;
  const bool encoded = name.starts_with(base64_prefix) &&
                       decode_base64(std::string_view(name).substr(base64_prefix.size()), bytes);
  return encoded ? bytes : name;
}

} // namespace

field_list fields_of_json(std::string_view json) {
  nlohmann::json parsed;
  const auto not_too_deep = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > deepest) throw std::invalid_argument("the payload is JSON nested too deeply");
    return true;
  };
  try {
    parsed = nlohmann::json::parse(json, not_too_deep);
  } catch (const nlohmann::json::exception& error) {
    throw std::invalid_argument(std::string("the payload is no JSON: ") + error.what());
  }
  if (!parsed.is_object()) throw std::invalid_argument("the payload is JSON but no object");
  if (parsed.empty()) {
    throw std::invalid_argument(
        "the payload is an object without members; a stream entry needs one");
  }
  field_list fields;
  for (const auto& [name, value] : parsed.items()) {
    if (is_texts(value)) {
      for (const nlohmann::json& one : value) fields.emplace_back(name_of(name), text_of(one));
    } else {
      fields.emplace_back(name_of(name), text_of(value));
    }
  }
  return fields;
}

} // namespace redis::stream
