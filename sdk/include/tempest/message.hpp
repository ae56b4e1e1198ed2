// A message on its way to one task or sink, as plugin code sees it.
#pragma once

#include <tempest/abi.h>
#include <tempest/impl/check.hpp>

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
  // Of a sink: nobody waits for its progress.
  explicit message(const tempest_delivery& delivery) noexcept : delivery_(&delivery) {}
  // Of a task, within `handle`.
  message(const tempest_delivery& delivery, const tempest_task_host& host, std::uint32_t index,
          impl::call_state* state) noexcept
      : delivery_(&delivery), host_(&host), state_(state), number_(index) {}
  // Of a deferred delivery.
  message(const tempest_delivery& delivery, const tempest_task_host& host,
          tempest_deferred handle) noexcept
      : delivery_(&delivery), host_(&host), slot_(handle.slot), number_(handle.generation) {}

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
  // 1 at first; +1 for each failure of this delivery. Begins higher when the message failed before
  // its process was started anew, and its source kept that.
  [[nodiscard]] std::uint32_t attempt() const noexcept { return delivery_->attempt; }
  // How often the source has handed the message over, as far as it counts: 1 at first.
  [[nodiscard]] std::uint32_t deliveries() const noexcept { return delivery_->deliveries; }

  // Still at work, in a long handler: restarts the delivery's clock (msg_timeout) and renews the
  // source's lease. Within `handle` on its thread; for a deferred delivery from any thread.
  void progress() const {
    if (host_ == nullptr) return;
    if (slot_ != nullptr) {
      host_->deferred_progress({slot_, number_});
      return;
    }
    state_->check("progress", "handle");
    host_->progress(host_->self, static_cast<std::uint32_t>(number_));
  }

 private:
  const tempest_delivery* delivery_;
  const tempest_task_host* host_ = nullptr;
  impl::call_state* state_ = nullptr;
  void* slot_ = nullptr;     // of a deferred delivery
  std::uint64_t number_ = 0; // its generation; else the index in the batch
};

} // namespace tempest
