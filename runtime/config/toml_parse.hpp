// TOML text to values with their places; the parser itself stays behind this header.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/error.hpp"
#include "runtime/config/value.hpp"

namespace tempest::config {

// Parses a document. A syntax error is appended to `found` with its place, in words that repeat
// nothing of the text (it may hold secrets); then the result is an empty table.
[[nodiscard]] value parse_toml(const std::string& text, const std::string& file,
                               base::problems& found);

// Parses one value as it would stand behind "key = "; nothing when it is not one.
[[nodiscard]] std::optional<value> parse_toml_value(const std::string& text,
                                                    const std::string& where);

} // namespace tempest::config
