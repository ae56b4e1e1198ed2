// The options `key` and `keys`, which say what a source reads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

inline constexpr std::size_t most_keys = 32;

// The names: `key`, or those of the JSON array `keys`. `kind` is what they name, as in "list".
// Throws std::invalid_argument.
[[nodiscard]] std::vector<std::string> parse_keys(const std::string& key, std::string_view keys,
                                                  const std::string& kind);

} // namespace redis
