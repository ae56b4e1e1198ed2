// Numbers as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace tempest::cli {

[[nodiscard]] std::string grouped(std::uint64_t number);   // 1234567 -> "1,234,567"
[[nodiscard]] std::string grouped_rate(double per_second); // 0.42 -> "0.4", 1234.6 -> "1,235"
[[nodiscard]] std::string seconds_text(double seconds);    // "4 ms", "75.0 s", "2 h 5 min"
[[nodiscard]] std::string short_duration(double seconds);  // "12 us", "1.5 ms", "2.3 s", "5 min"
[[nodiscard]] std::string bytes_text(std::uint64_t bytes); // "512 B", "1.5 KiB", "256 MiB"
// "1 message", "2 messages".
[[nodiscard]] std::string counted(std::uint64_t number, const std::string& thing);

} // namespace tempest::cli
