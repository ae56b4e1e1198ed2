// Results for programs: one JSON object with a version.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace tempest::cli {

// Prints {"version":1, ...fields}; bytes that are not UTF-8 become U+FFFD. The version grows when a
// field changes its meaning or goes away, not when one is added.
void print_json(const nlohmann::ordered_json& fields);

} // namespace tempest::cli
