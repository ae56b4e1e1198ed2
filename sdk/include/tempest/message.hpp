// A message on its way to one task or sink, as plugin code sees it.
#pragma once

#include <tempest/abi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tempest {

namespace impl {
inline std::string_view view(tempest_slice slice) noexcept {
  return slice.data == nullptr ? std::string_view{} : std::string_view{slice.data, slice.length};
}
inline tempest_slice slice(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
} // namespace impl

using header = tempest_header;

// A view: cheap to copy, owns nothing. Everything it yields lives until the delivery is finished.
class message {
 public:
  explicit message(const tempest_delivery& delivery) noexcept : delivery_(&delivery) {}

  // The source's name for the message. For people; not unique among a message's deliveries.
  [[nodiscard]] std::string_view id() const noexcept { return impl::view(delivery_->id); }
  // Ordinals of the outputs that led here from the source's message: with id() a key that stays the
  // same when the message is processed again, as long as the tasks before are deterministic.
  [[nodiscard]] std::span<const std::uint32_t> path() const noexcept {
    return {delivery_->path, delivery_->path_length};
  }
  [[nodiscard]] std::span<const std::byte> payload() const noexcept {
    return {reinterpret_cast<const std::byte*>(delivery_->payload.data), delivery_->payload.length};
  }
  // The payload as text; any bytes, not terminated.
  [[nodiscard]] std::string_view text() const noexcept { return impl::view(delivery_->payload); }
  // Nothing when the message has no key, which differs from an empty one.
  [[nodiscard]] std::optional<std::string_view> key() const noexcept {
    if (delivery_->key.data == nullptr) return std::nullopt;
    return impl::view(delivery_->key);
  }
  // The first header of that name; nothing when there is none.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept {
    for (const tempest::header& one : headers()) {
      if (impl::view(one.name) == name) return impl::view(one.value);
    }
    return std::nullopt;
  }
  // All headers in the source's order; a name may stand more than once.
  [[nodiscard]] std::span<const tempest::header> headers() const noexcept {
    return {delivery_->headers, delivery_->header_count};
  }
  // The source's time, milliseconds since 1970-01-01 UTC; 0 = unknown.
  [[nodiscard]] std::int64_t timestamp() const noexcept { return delivery_->timestamp_ms; }
  // 1 at first; +1 for each failure of this delivery.
  [[nodiscard]] std::uint32_t attempt() const noexcept { return delivery_->attempt; }
  // How often the source has handed the message over, 1 at first.
  [[nodiscard]] std::uint32_t deliveries() const noexcept { return delivery_->deliveries; }

 private:
  const tempest_delivery* delivery_;
};

} // namespace tempest
