#include "runtime/conformance/payload_words.hpp"

#include <fmt/format.h>

#include "runtime/base/utf8.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t shown_bytes = 60;

} // namespace

std::string payload_words(const std::string& payload) {
  if (payload.empty()) return "an empty message";
  if (payload.size() <= shown_bytes) return base::one_line(payload);
  return fmt::format("{}... ({} bytes)", base::one_line(base::utf8_prefix(payload, shown_bytes)),
                     payload.size());
}

} // namespace tempest::conformance
