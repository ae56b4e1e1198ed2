// Values of a configuration file on their way between the kit and the process of the plugin. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "runtime/config/value.hpp"

namespace tempest::conformance {

[[nodiscard]] nlohmann::json to_json(const config::value& value);
[[nodiscard]] config::value from_json(const nlohmann::json& given);

} // namespace tempest::conformance
