// What all JSON of /api/v1 has in common. For this room alone: it includes nlohmann's JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "runtime/admin/message.hpp"

namespace tempest::admin {

// {"version":1, ...fields} and a line end. The version grows when a field changes its meaning or
// goes away, not when one is added. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] inline std::string api_text(const nlohmann::ordered_json& fields) {
  nlohmann::ordered_json whole{{"version", 1}};
  whole.update(fields);
  return whole.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

[[nodiscard]] inline answer api_answer(unsigned status, std::string body) {
  return {status, std::move(body), {{"Content-Type", "application/json"}}};
}

[[nodiscard]] inline answer api_error(unsigned status, const std::string& why) {
  return api_answer(status, api_text({{"error", why}}));
}

[[nodiscard]] inline nlohmann::ordered_json or_null(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json(nullptr);
}

} // namespace tempest::admin
