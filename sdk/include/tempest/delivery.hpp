// A delivery that a task ends on its own: in batches, or later from another thread.
#pragma once

#include <tempest/abi.h>
#include <tempest/message.hpp>
#include <tempest/outbox.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace tempest {

// A delivery that outlives `handle`. Thread-safe as one object is: calls for one handle must not
// overlap. Destroyed without an outcome, the delivery has failed: a lost handle is never an ack.
class deferred {
 public:
  deferred() = default;
  deferred(const tempest_task_host& host, tempest_deferred handle,
           const tempest_delivery& input) noexcept
      : host_(&host), handle_(handle), input_(input) {}
  deferred(deferred&& other) noexcept
      : host_(std::exchange(other.host_, nullptr)), handle_(other.handle_), input_(other.input_) {}
  deferred& operator=(deferred&& other) noexcept {
    if (this == &other) return *this;
    abandon();
    host_ = std::exchange(other.host_, nullptr);
    handle_ = other.handle_;
    input_ = other.input_;
    return *this;
  }
  ~deferred() { abandon(); }

  // The message; lives until the outcome is given, and no longer than this handle.
  [[nodiscard]] message input() const noexcept {
    return host_ == nullptr ? message(input_) : message(input_, *host_, handle_);
  }
  // Each returns false when the handle is stale (ended, timed out and shut down, or moved from).
  bool emit(std::string_view payload) { return emit(output{.payload = payload}); }
  bool emit(const output& made) {
    const tempest_output given = impl::to_c(made);
    return host_ != nullptr && host_->deferred_emit(handle_, &given) != 0;
  }
  bool progress() { return host_ != nullptr && host_->deferred_progress(handle_) != 0; }
  bool succeed() { return end() && last_->deferred_succeed(handle_) != 0; }
  bool skip() { return end() && last_->deferred_skip(handle_) != 0; }
  bool fail(std::string_view reason) {
    return end() && last_->deferred_fail(handle_, TEMPEST_FAILED, impl::slice(reason)) != 0;
  }
  bool reject(std::string_view reason) {
    return end() && last_->deferred_fail(handle_, TEMPEST_REJECTED, impl::slice(reason)) != 0;
  }

 private:
  bool end() noexcept {
    last_ = std::exchange(host_, nullptr);
    return last_ != nullptr;
  }
  void abandon() noexcept {
    if (host_ != nullptr) fail("its deferred handle was destroyed without an outcome");
  }

  const tempest_task_host* host_ = nullptr; // nullptr: ended
  const tempest_task_host* last_ = nullptr;
  tempest_deferred handle_{};
  tempest_delivery input_{};
};

// One delivery of a batch, or the only argument of a deferring `handle`. Valid within that call, on
// its thread. What is neither ended nor deferred when the call returns has failed.
class delivery {
 public:
  // `ended` is set once it has an outcome or is deferred; it outlives the delivery.
  delivery(const tempest_task_host& host, std::uint32_t index, const tempest_delivery& input,
           impl::call_state* state, unsigned char& ended) noexcept
      : host_(&host), index_(index), input_(&input), state_(state), ended_(&ended) {}

  [[nodiscard]] message input() const noexcept { return {*input_, *host_, index_, state_}; }
  // Where its outputs go.
  [[nodiscard]] outbox out() const noexcept { return {*host_, index_, state_}; }
  bool emit(std::string_view payload) { return out().emit(payload); }
  bool emit(const output& made) { return out().emit(made); }
  bool forward() { return out().forward(); }
  void progress() { out().progress(); }

  // Done: outputs flow on.
  void succeed() {
    state_->check("succeed", "handle");
    *ended_ = 1;
    host_->succeed(host_->self, index_);
  }
  // Not for this task: done, outputs are dropped.
  void skip() {
    state_->check("skip", "handle");
    *ended_ = 1;
    host_->skip(host_->self, index_);
  }
  // Failed, the policy decides; or: can never be processed.
  void fail(std::string_view reason) { end_badly(TEMPEST_FAILED, reason); }
  void reject(std::string_view reason) { end_badly(TEMPEST_REJECTED, reason); }
  // To be ended later, from any thread.
  [[nodiscard]] deferred defer() {
    state_->check("defer", "handle");
    *ended_ = 1;
    return {*host_, host_->defer(host_->self, index_), *input_};
  }

 private:
  void end_badly(std::uint32_t kind, std::string_view reason) {
    state_->check("fail", "handle");
    *ended_ = 1;
    host_->fail(host_->self, index_, kind, impl::slice(reason));
  }

  const tempest_task_host* host_;
  std::uint32_t index_;
  const tempest_delivery* input_;
  impl::call_state* state_;
  unsigned char* ended_;
};

} // namespace tempest
