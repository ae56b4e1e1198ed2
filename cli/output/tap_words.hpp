// What a tap has seen, for people. Pure, but for the colours of a terminal.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tempest::cli {

// A message as /api/v1/tap tells it, in a few lines: a text as it is, other bytes in hexadecimal
// digits, of many only the first. Throws nlohmann's exceptions for JSON that is something else.
[[nodiscard]] std::string tap_words(const nlohmann::ordered_json& seen);
// The same with all of the payload that was told in hexadecimal digits.
[[nodiscard]] std::string tap_hex(const nlohmann::ordered_json& seen);

// Sixteen bytes a line: "00000000  68 65 6c 6c 6f 0a ... |hello.|".
[[nodiscard]] std::string hex_dump(std::string_view bytes);

} // namespace tempest::cli
