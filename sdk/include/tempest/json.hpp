// Component JSON: typed tasks on JSON payloads. Any type that nlohmann::json reads (a from_json
// beside it, or NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE) can be the first argument of `handle`.
#pragma once

#include <tempest/codec.hpp>
#include <tempest/outbox.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace tempest {

template <typename Value>
struct codec<Value,
             std::enable_if_t<std::is_convertible_v<
                 decltype(std::declval<const nlohmann::json&>().template get<Value>()), Value>>> {
  static Value decode(std::string_view payload) {
    return nlohmann::json::parse(payload).template get<Value>();
  }
};

// Emits a value as compact JSON. Throws what nlohmann::json throws for invalid UTF-8.
template <typename Value>
bool emit_json(outbox& out, const Value& value) {
  const std::string text = nlohmann::json(value).dump();
  return out.emit(text);
}

} // namespace tempest
