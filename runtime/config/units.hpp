// Durations and sizes as people write them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tempest::config {

// "250ms", "30s", "5m", "1h", "2d", fractions as "1.5s", or a plain number of milliseconds; nothing
// when the text is none of these, is negative or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text);

// "512", "512B", "10kB", "64MiB", "1.5GiB" (k, M, G, T are powers of 1000; Ki, Mi, Gi, Ti of 1024);
// nothing when the text is none of these, is negative or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_size_bytes(std::string_view text);

// A whole number that is the whole text.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

// Whether it is a whole number all the same, which only has too many digits.
[[nodiscard]] bool is_integer_beyond_64_bits(std::string_view text);

// A finite number that is the whole text.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

} // namespace tempest::config
