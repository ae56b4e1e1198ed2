// From a plain class to the function table of a task.
#pragma once

#include <tempest/context.hpp>
#include <tempest/delivery.hpp>
#include <tempest/errors.hpp>
#include <tempest/impl/construct.hpp>
#include <tempest/impl/guard.hpp>
#include <tempest/impl/handle_style.hpp>

#include <atomic>
#include <concepts>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace tempest::impl {

template <typename Task>
class task_box {
 public:
  task_box(const tempest_host& host, const tempest_task_host& task_host,
           const tempest_options* options)
      : host_(task_host), context_(host, options), task_(construct<Task>(context_)) {
    context_.forget_options();
  }
  void started() {
    if constexpr (requires(Task & task) { task.started(); }) task_->started();
  }
  void shutdown() {
    if constexpr (requires(Task & task) { task.shutdown(); }) task_->shutdown();
  }
  void warn(std::string_view text) const noexcept { context_.warn(text); }

  void handle(tempest_batch& batch) noexcept {
    const running_call now(state_, "handle");
    if constexpr (takes_batches<Task> || takes_deliveries<Task>) ended_.assign(batch.count, 0);
    if constexpr (takes_batches<Task>) {
      handle_batch(batch);
    } else {
      for (std::uint32_t i = 0; i < batch.count; ++i) {
        if (__atomic_load_n(batch.interrupt, __ATOMIC_RELAXED) != 0) break;
        __atomic_store_n(&batch.current, i, __ATOMIC_RELAXED);
        handle_one(at(batch, i), i);
      }
    }
  }

 private:
  static const tempest_delivery& at(const tempest_batch& batch, std::uint32_t index) noexcept {
    const auto* bytes = reinterpret_cast<const char*>(batch.deliveries);
    return *reinterpret_cast<const tempest_delivery*>(bytes +
                                                      std::size_t{index} * batch.delivery_size);
  }

  void handle_one(const tempest_delivery& input, std::uint32_t index) noexcept {
    try {
      const message in(input, host_, index, &state_);
      if constexpr (requires(Task & task) {
                      { task.filter(in) } -> std::same_as<bool>;
                    }) {
        if (!task_->filter(in)) return host_.skip(host_.self, index);
      }
      if constexpr (takes_deliveries<Task>) {
        task_->handle(delivery(host_, index, input, &state_, ended_[index]));
      } else {
        outbox out(host_, index, &state_);
        if constexpr (takes_messages<Task>) {
          task_->handle(in, out);
        } else {
          const auto value = decode<handled<Task>>(input);
          task_->handle(value, out);
        }
        host_.succeed(host_.self, index);
      }
    } catch (...) {
      if constexpr (takes_deliveries<Task>) {
        if (ended_[index] != 0) return; // it stays as it ended
      }
      fail(index);
    }
  }

  // A payload that is no Value will never be one.
  template <typename Value>
  static Value decode(const tempest_delivery& input) {
    try {
      return codec<Value>::decode(view(input.payload));
    } catch (const std::exception& error) {
      throw reject("its payload cannot be decoded: " + std::string(words_of(error)));
    }
  }

  void handle_batch(tempest_batch& batch) noexcept {
    if (__atomic_load_n(batch.interrupt, __ATOMIC_RELAXED) != 0) return;
    __atomic_store_n(&batch.current, batch.count - 1, __ATOMIC_RELAXED);
    try {
      deliveries_.clear();
      for (std::uint32_t i = 0; i < batch.count; ++i) {
        const tempest_delivery& input = at(batch, i);
        if constexpr (requires(Task & task, const message& in) {
                        { task.filter(in) } -> std::same_as<bool>;
                      }) {
          if (!filter_one(input, i)) continue;
        }
        deliveries_.emplace_back(host_, i, input, &state_, ended_[i]);
      }
      if (!deliveries_.empty()) task_->handle(std::span<delivery>(deliveries_));
    } catch (...) {
      for (std::uint32_t i = 0; i < batch.count; ++i) {
        if (ended_[i] == 0) fail(i);
      }
    }
  }

  bool filter_one(const tempest_delivery& input, std::uint32_t index) noexcept {
    try {
      if (task_->filter(message(input, host_, index, &state_))) return true;
      host_.skip(host_.self, index);
    } catch (...) {
      fail(index);
    }
    ended_[index] = 1;
    return false;
  }

  // Within a catch: says what was thrown.
  void fail(std::uint32_t index) noexcept {
    const auto say = [&](std::uint32_t kind, std::string_view reason) {
      host_.fail(host_.self, index, kind, slice(reason));
    };
    try {
      throw;
    } catch (const reject& thrown) {
      say(TEMPEST_REJECTED, words_of(thrown));
    } catch (const std::exception& thrown) {
      say(TEMPEST_FAILED, words_of(thrown));
    } catch (...) {
      say(TEMPEST_FAILED, "it threw something that is no std::exception");
    }
  }

  const tempest_task_host& host_;
  context context_;
  call_state state_;
  std::vector<unsigned char> ended_; // by index, of a task that ends its deliveries itself
  std::vector<delivery> deliveries_;
  std::unique_ptr<Task> task_;
};

template <typename Task>
const tempest_task_functions* task_functions() {
  check_handle<Task>();
  using box = task_box<Task>;
  static constexpr tempest_task_functions table = {
      sizeof(tempest_task_functions),
      0,
      [](const tempest_host* host, const tempest_task_host* task_host,
         const tempest_options* options, tempest_error* error) noexcept -> void* {
        box* made = nullptr;
        guarded(error, [&] { made = new box(*host, *task_host, options); });
        return made;
      },
      [](void* task, tempest_error* error) noexcept -> int {
        return guarded(error, [&] { static_cast<box*>(task)->started(); });
      },
      [](void* task, tempest_batch* batch) noexcept { static_cast<box*>(task)->handle(*batch); },
      [](void* task) noexcept {
        tempest_error error{};
        error.size = sizeof error;
        auto* const mine = static_cast<box*>(task);
        if (guarded(&error, [&] { mine->shutdown(); }) == 0) mine->warn(error.text);
      },
      [](void* task) noexcept { delete static_cast<box*>(task); }};
  return &table;
}

} // namespace tempest::impl
