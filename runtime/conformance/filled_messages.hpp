// The messages that the kit makes: each says its number, so that it is told from all others and
// known again whole.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tempest::conformance {

// "message-NUMBER", and dots up to `bytes`.
[[nodiscard]] std::string numbered_payload(std::uint64_t number, std::size_t bytes);

// Those that were put where a source reads; the kit and the process of the plugin both know.
class filled_messages {
 public:
  using range = std::array<std::uint64_t, 3>; // the first number, how many, of how many bytes

  filled_messages() = default;
  explicit filled_messages(std::vector<range> ranges) : ranges_(std::move(ranges)) {}

  void add(std::uint64_t first, std::size_t count, std::size_t bytes);
  // The number of the message whose payload that is, byte for byte; nothing when none is.
  [[nodiscard]] std::optional<std::uint64_t> find(std::string_view payload) const;
  [[nodiscard]] const std::vector<range>& ranges() const { return ranges_; }
  [[nodiscard]] std::uint64_t last() const; // the largest number; 0: there is none

 private:
  std::vector<range> ranges_; // their numbers grow
};

} // namespace tempest::conformance
