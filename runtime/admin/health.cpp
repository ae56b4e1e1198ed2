#include "runtime/admin/health.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/utf8.hpp"

namespace tempest::admin {
namespace {

std::string words(const check& failed, std::int64_t now_ns) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  return fmt::format("{}: {} for {} s\n", failed.name, base::one_line(failed.trouble),
                     std::max<std::int64_t>(0, now_ns - failed.since_ns) / second_ns);
}

} // namespace

bool health::well() const {
  return std::all_of(checks.begin(), checks.end(), [](const check& one) { return one.well(); });
}

std::string failed_lines(const health& of, std::int64_t now_ns) {
  std::string made;
  for (const check& one : of.checks) {
    if (!one.well()) made += words(one, now_ns);
  }
  return made;
}

std::string all_lines(const health& of, std::int64_t now_ns) {
  std::string made;
  for (const check& one : of.checks) {
    const std::string note = one.note.empty() ? "" : ": " + one.note;
    made += one.well() ? fmt::format("[+]{} ok{}\n", one.name, note) : "[-]" + words(one, now_ns);
  }
  return made;
}

} // namespace tempest::admin
