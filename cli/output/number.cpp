#include "cli/output/number.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace tempest::cli {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string grouped_rate(double per_second) {
  if (per_second > 0 && per_second < 9.95) return fmt::format("{:.1f}", per_second);
  return grouped(static_cast<std::uint64_t>(std::llround(per_second)));
}

std::string seconds_text(double seconds) {
  if (seconds > 0 && seconds < 0.999) return fmt::format("{:.0f} ms", std::ceil(seconds * 1000));
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  const auto minutes = static_cast<std::uint64_t>(seconds / 60);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string short_duration(double seconds) {
  const auto in = [](double number, const char* unit) {
    return number < 9.95 ? fmt::format("{:.1f} {}", number, unit)
                         : fmt::format("{:.0f} {}", number, unit);
  };
  if (seconds <= 0) return "0";
  if (seconds < 0.9995e-3) return in(seconds * 1e6, "us");
  if (seconds < 0.9995) return in(seconds * 1e3, "ms");
  if (seconds < 119.5) return in(seconds, "s");
  return in(seconds / 60, "min");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1023.5 && unit + 1 < std::size(units); ++unit) number /= 1024;
  const bool whole = number >= 9.95 || number == std::floor(number);
  return whole ? fmt::format("{:.0f} {}", number, units[unit])
               : fmt::format("{:.1f} {}", number, units[unit]);
}

std::string counted(std::uint64_t number, const std::string& thing) {
  return fmt::format("{} {}{}", grouped(number), thing, number == 1 ? "" : "s");
}

} // namespace tempest::cli
