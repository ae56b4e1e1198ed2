// What a sink gets from its host beside options, log and metrics.
#pragma once

#include <tempest/abi.h>
#include <tempest/context.hpp>
#include <tempest/impl/check.hpp>
#include <tempest/message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tempest {

enum class written : std::uint8_t {
  ok = TEMPEST_WRITTEN,             // may still be in a buffer until flush
  failed = TEMPEST_WRITE_FAILED,    // may work later
  rejected = TEMPEST_WRITE_REJECTED // will never work
};

// One message that a sink holds.
struct stored {
  std::string id;                     // for erase: printable, without white space
  std::string payload;                // as it was written
  std::optional<std::string> problem; // why it is none that the sink has written; then no payload
};

// What one call of browse found.
struct page {
  std::vector<stored> messages;    // oldest first
  std::optional<std::string> next; // the cursor of the page that follows; nothing: this is the last
};

// The messages of one write. A view.
class messages {
 public:
  messages(const tempest_delivery* first, std::size_t count, std::size_t stride) noexcept
      : first_(reinterpret_cast<const char*>(first)), count_(count), stride_(stride) {}
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] message operator[](std::size_t index) const noexcept {
    return message(*reinterpret_cast<const tempest_delivery*>(first_ + index * stride_));
  }

 private:
  const char* first_;
  std::size_t count_;
  std::size_t stride_;
};

// Lives as long as the sink.
class sink_context : public context {
 public:
  sink_context(const tempest_host& host, const tempest_sink_host& sink_host,
               const tempest_options* values) noexcept
      : context(host, values), sink_host_(&sink_host) {}

  // Why message `index` of the running write was not written. Within write only.
  void explain(std::size_t index, std::string_view reason) const {
    state_.check("explain", "write");
    sink_host_->explain(sink_host_->self, index, impl::slice(reason));
  }

  // Of the layer itself.
  [[nodiscard]] impl::call_state& state() noexcept { return state_; }

 private:
  impl::call_state state_;
  const tempest_sink_host* sink_host_;
};

} // namespace tempest
