// What [admin] tells of a run, for people. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tempest::cli {

// /api/v1/status as a few lines and a table of its tasks; lines of the table fit into `width`
// unless that is 0. Throws nlohmann's exceptions for JSON that is something else.
[[nodiscard]] std::string status_words(const nlohmann::ordered_json& status, std::size_t width);

// The same for `tempest top`: what changes all the time.
[[nodiscard]] std::string top_words(const nlohmann::ordered_json& status, std::size_t width);
// What was answered to /api/v1/log-level.
[[nodiscard]] std::string level_words(const nlohmann::ordered_json& said);
// What was answered to /api/v1/pause, resume, drain or stop.
[[nodiscard]] std::string order_words(const nlohmann::ordered_json& said);

// /api/v1/inflight and /api/v1/errors as tables.
[[nodiscard]] std::string in_flight_words(const nlohmann::ordered_json& seen, std::size_t width);
[[nodiscard]] std::string error_words(const nlohmann::ordered_json& seen, std::size_t width);

} // namespace tempest::cli
