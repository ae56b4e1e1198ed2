#include "runtime/conformance/filled_messages.hpp"

#include <algorithm>
#include <charconv>

namespace tempest::conformance {
namespace {

constexpr std::string_view prefix = "message-";

} // namespace

std::string numbered_payload(std::uint64_t number, std::size_t bytes) {
  std::string made(prefix);
  made += std::to_string(number);
  if (made.size() < bytes) made.append(bytes - made.size(), '.');
  return made;
}

void filled_messages::add(std::uint64_t first, std::size_t count, std::size_t bytes) {
  ranges_.push_back({first, count, bytes});
}

std::optional<std::uint64_t> filled_messages::find(std::string_view payload) const {
  if (!payload.starts_with(prefix)) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(payload.data() + prefix.size(), payload.data() + payload.size(), number);
  const auto after =
      std::ranges::upper_bound(ranges_, number, {}, [](const range& one) { return one[0]; });
  if (after == ranges_.begin()) return std::nullopt;
  const auto& [first, count, bytes] = *(after - 1);
  if (number - first >= count || payload != numbered_payload(number, bytes)) return std::nullopt;
  return number;
}

std::uint64_t filled_messages::last() const {
  return ranges_.empty() ? 0 : ranges_.back()[0] + ranges_.back()[1] - 1;
}

} // namespace tempest::conformance
