#include "runtime/conformance/value_json.hpp"

#include <nlohmann/json.hpp>

namespace tempest::conformance {

using nlohmann::json;

json to_json(const config::value& value) {
  if (const auto* entries = value.entries()) {
    json made = json::object();
    for (const auto& [key, one] : *entries) made[key] = to_json(one);
    return made;
  }
  if (const auto* items = value.items()) {
    json made = json::array();
    for (const config::value& one : *items) made.push_back(to_json(one));
    return made;
  }
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) return *whole;
  if (const auto* number = std::get_if<double>(&value.data)) return *number;
  return nullptr;
}

config::value from_json(const json& given) {
  config::value made;
  if (given.is_object()) {
    config::table entries;
    for (const auto& [key, one] : given.items()) entries.emplace(key, from_json(one));
    made.data = std::move(entries);
  } else if (given.is_array()) {
    config::array items;
    for (const auto& one : given) items.push_back(from_json(one));
    made.data = std::move(items);
  } else if (given.is_string()) {
    made.data = given.get<std::string>();
  } else if (given.is_boolean()) {
    made.data = given.get<bool>();
  } else if (given.is_number_integer()) {
    made.data = given.get<std::int64_t>();
  } else if (given.is_number()) {
    made.data = given.get<double>();
  }
  return made;
}

} // namespace tempest::conformance
