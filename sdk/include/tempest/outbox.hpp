// Where a task puts what it emits while it handles one message.
#pragma once

#include <tempest/abi.h>
#include <tempest/impl/check.hpp>
#include <tempest/message.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tempest {

// What is emitted when not only the payload is new. What is not set is inherited from the input.
struct output {
  std::string_view payload{};
  std::optional<std::string_view> key{};
  std::optional<std::vector<tempest::header>> headers{};
  std::optional<std::int64_t> timestamp{}; // milliseconds since 1970-01-01 UTC
};

namespace impl {
inline tempest_output to_c(const output& from) noexcept {
  tempest_output made{};
  made.size = sizeof made;
  made.payload = slice(from.payload);
  if (from.key) {
    made.flags |= TEMPEST_OUTPUT_KEY;
    made.key = slice(*from.key);
  }
  if (from.headers) {
    made.flags |= TEMPEST_OUTPUT_HEADERS;
    made.headers = from.headers->data();
    made.header_count = from.headers->size();
  }
  if (from.timestamp) {
    made.flags |= TEMPEST_OUTPUT_TIMESTAMP;
    made.timestamp_ms = *from.timestamp;
  }
  return made;
}
} // namespace impl

// One header for tempest::output::headers. A view: its texts live until emit has returned.
[[nodiscard]] inline header make_header(std::string_view name, std::string_view value) noexcept {
  return {impl::slice(name), impl::slice(value)};
}

// Valid within the `handle` that it was passed to, on its thread.
class outbox {
 public:
  outbox(const tempest_task_host& host, std::uint32_t index, impl::call_state* state) noexcept
      : host_(&host), index_(index), state_(state) {}

  // Copies the payload; key, headers and timestamp are the input's. False when the output passes a
  // limit (max_message_bytes, max_outputs_bytes): the message will be rejected, stop emitting.
  bool emit(std::string_view payload) {
    state_->check("emit", "handle");
    return host_->emit(host_->self, index_, payload.data(), payload.size()) != 0;
  }
  bool emit(std::span<const std::byte> payload) {
    return emit(std::string_view(reinterpret_cast<const char*>(payload.data()), payload.size()));
  }
  bool emit(const char* text) { return emit(std::string_view(text)); }
  bool emit(const output& made) {
    state_->check("emit", "handle");
    const tempest_output given = impl::to_c(made);
    return host_->emit_output(host_->self, index_, &given) != 0;
  }
  // Passes the input on as it is, without a copy.
  bool forward() {
    state_->check("forward", "handle");
    return host_->forward(host_->self, index_) != 0;
  }
  bool forward(const message&) { return forward(); }

  // Still at work: restarts the delivery's clock (msg_timeout) and renews the source's lease.
  void progress() {
    state_->check("progress", "handle");
    host_->progress(host_->self, index_);
  }

 private:
  const tempest_task_host* host_;
  std::uint32_t index_;
  impl::call_state* state_;
};

} // namespace tempest
