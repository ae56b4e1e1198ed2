#include "runtime/config/units.hpp"

#include <charconv>
#include <cmath>
#include <span>

namespace tempest::config {
namespace {

struct unit {
  std::string_view name;
  double factor;
};

constexpr unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3.6e6}, {"d", 24 * 3.6e6}};
constexpr unit sizes[] = {{"B", 1},
                          {"kB", 1e3},
                          {"KB", 1e3},
                          {"MB", 1e6},
                          {"GB", 1e9},
                          {"TB", 1e12},
                          {"KiB", 1024.0},
                          {"MiB", 1048576.0},
                          {"GiB", 1073741824.0},
                          {"TiB", 1099511627776.0}};

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const unit> units) {
  if (const auto plain = parse_integer(text)) {
    return *plain < 0 ? std::nullopt : plain;
  }
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || number < 0 || std::signbit(number)) return std::nullopt;
  std::string_view name(rest, static_cast<std::size_t>(end - rest));
  if (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  for (const unit& one : units) {
    if (one.name != name) continue;
    const double whole = std::round(number * one.factor);
    if (!(whole < 9.2e18)) return std::nullopt;
    return static_cast<std::int64_t>(whole);
  }
  return std::nullopt;
}

} // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  return parse_with_unit(text, durations);
}

std::optional<std::int64_t> parse_size_bytes(std::string_view text) {
  return parse_with_unit(text, sizes);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

bool is_integer_beyond_64_bits(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc::result_out_of_range && rest == end;
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || rest != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

} // namespace tempest::config
