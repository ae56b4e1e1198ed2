// What a source gets from its host beside options, log and metrics.
#pragma once

#include <tempest/abi.h>
#include <tempest/context.hpp>
#include <tempest/impl/check.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace tempest {

using deadline = std::chrono::steady_clock::time_point;
using source_message = tempest_source_message;

enum class guarantee : std::uint32_t {
  at_most_once = TEMPEST_AT_MOST_ONCE,  // what is lost stays lost
  at_least_once = TEMPEST_AT_LEAST_ONCE // what was not acknowledged is handed out again
};

// What a source promises with given options.
struct source_traits {
  tempest::guarantee guarantee = tempest::guarantee::at_most_once;
  bool counts_deliveries = false;     // message.deliveries is the broker's count
  std::chrono::milliseconds lease{0}; // how long an open message is ours unrenewed; 0 = for ever
};

enum class poll_status : int {
  ok = TEMPEST_POLL_OK,
  end = TEMPEST_POLL_END,  // there will never be more, except redeliveries
  more = TEMPEST_POLL_MORE // a part of the next messages is here, the rest is on its way
};

enum class outcome : std::uint8_t {
  ack = TEMPEST_ACK,         // processed: never again
  fail = TEMPEST_FAIL,       // given up: what the broker does now is the source's business
  give_back = TEMPEST_RETURN // not processed and not to blame: hand it out again soon
};

enum class settled : std::uint32_t {
  ok = TEMPEST_SETTLED_OK,       // the broker confirmed
  retry = TEMPEST_SETTLED_RETRY, // not now; the host settles it again
  gone = TEMPEST_SETTLED_GONE    // the broker no longer knows it
};

// What became of a message that was to be put back on the broker.
enum class requeued : std::uint8_t {
  ok = TEMPEST_REQUEUED,               // the broker has it
  failed = TEMPEST_REQUEUE_FAILED,     // may work later
  rejected = TEMPEST_REQUEUE_REJECTED, // will never work with these options
  moved = TEMPEST_REQUEUE_MOVED,       // in the same step the sink that held it lost it
  gone = TEMPEST_REQUEUE_GONE          // the sink did not have it any more: nothing was done
};

// Messages to put back on the broker. A view.
class requeue_batch {
 public:
  explicit requeue_batch(const tempest_requeue& what) noexcept : what_(&what) {}
  [[nodiscard]] std::size_t size() const noexcept { return what_->count; }
  [[nodiscard]] const source_message& operator[](std::size_t index) const noexcept {
    return *reinterpret_cast<const source_message*>(reinterpret_cast<const char*>(what_->messages) +
                                                    index * what_->stride);
  }
  [[nodiscard]] deadline until() const noexcept {
    return deadline(std::chrono::nanoseconds(what_->deadline_ns));
  }
  // The sink of this library in which they lie; empty when they lie elsewhere.
  [[nodiscard]] std::string_view sink() const noexcept {
    return what_->sink == nullptr ? std::string_view{} : std::string_view{what_->sink};
  }
  // Only with a sink.
  [[nodiscard]] options sink_options() const noexcept { return options(what_->sink_options); }
  [[nodiscard]] std::string_view stored_id(std::size_t index) const noexcept {
    return impl::view(what_->stored_ids[index]);
  }

 private:
  const tempest_requeue* what_;
};

// Lives as long as the source. The functions below: source's thread.
class source_context : public context {
 public:
  source_context(const tempest_host& host, const tempest_source_host& source_host,
                 const tempest_options* values) noexcept
      : context(host, values), source_host_(&source_host) {}

  // Hands messages to the topology, which has copied them when it returns. Within poll only.
  void push(std::span<const source_message> messages) const {
    state_.check("push", "poll");
    source_host_->push(source_host_->self, messages.data(), messages.size(),
                       sizeof(source_message));
  }
  // What became of the settlement of tokens; every settled token is answered once. Within poll,
  // settle, connect or close.
  void settled(std::span<const std::uint64_t> tokens, outcome settled_with,
               tempest::settled result) const {
    state_.check("settled", "poll", "settle", "connect", "close");
    source_host_->settled(source_host_->self, tokens.data(), tokens.size(),
                          static_cast<std::uint32_t>(settled_with),
                          static_cast<std::uint32_t>(result));
  }
  void settled(std::uint64_t token, outcome settled_with, tempest::settled result) const {
    settled({&token, 1}, settled_with, result);
  }
  // These can no longer be settled: the topology forgets them. Within poll, connect or close.
  void withdraw(std::span<const std::uint64_t> tokens) const {
    state_.check("withdraw", "poll", "connect", "close");
    source_host_->withdraw(source_host_->self, tokens.data(), tokens.size());
  }

  // Of the layer itself.
  [[nodiscard]] impl::call_state& state() noexcept { return state_; }

 private:
  impl::call_state state_;
  const tempest_source_host* source_host_;
};

} // namespace tempest
