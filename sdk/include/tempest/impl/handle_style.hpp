// The shapes that `handle` may have, told apart at compile time:
//   void handle(const message&, outbox&)         one by one
//   void handle(const Value&, outbox&)           one by one, decoded by codec<Value>
//   void handle(delivery)                        one by one, ended or deferred by the task
//   void handle(std::span<delivery>)             the batch at once
#pragma once

#include <tempest/codec.hpp>
#include <tempest/delivery.hpp>
#include <tempest/message.hpp>
#include <tempest/outbox.hpp>

#include <span>
#include <string_view>
#include <type_traits>

namespace tempest::impl {

// What `handle` takes first: void when its shape is none of these.
template <typename Member>
struct first_argument {
  using type = void;
};
template <typename First>
struct one_argument {
  using bare = std::remove_cvref_t<First>;
  using type = std::conditional_t<
      std::is_same_v<bare, delivery> || std::is_same_v<bare, std::span<delivery>>, bare, void>;
};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First)> : one_argument<First> {};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First) const> : one_argument<First> {};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First) noexcept> : one_argument<First> {};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First) const noexcept> : one_argument<First> {};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First, outbox&)> {
  using type = std::remove_cvref_t<First>;
};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First, outbox&) const> {
  using type = std::remove_cvref_t<First>;
};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First, outbox&) noexcept> {
  using type = std::remove_cvref_t<First>;
};
template <typename Task, typename First>
struct first_argument<void (Task::*)(First, outbox&) const noexcept> {
  using type = std::remove_cvref_t<First>;
};

// There is one, and it is neither overloaded nor a template nor private.
template <typename Task>
concept has_one_handle = requires {
  &Task::handle;
};
template <typename Value>
concept decodable = requires(std::string_view payload) {
  codec<Value>::decode(payload);
};

template <typename Task>
consteval auto handled_type() {
  if constexpr (has_one_handle<Task>) {
    return std::type_identity<typename first_argument<decltype(&Task::handle)>::type>{};
  } else {
    return std::type_identity<void>{};
  }
}
template <typename Task>
using handled = typename decltype(handled_type<Task>())::type;

template <typename Task>
constexpr bool takes_messages = std::is_same_v<handled<Task>, message>;
template <typename Task>
constexpr bool takes_deliveries = std::is_same_v<handled<Task>, delivery>;
template <typename Task>
constexpr bool takes_batches = std::is_same_v<handled<Task>, std::span<delivery>>;
template <typename Task>
constexpr bool takes_values =
    !takes_messages<Task> && !takes_deliveries<Task> && !takes_batches<Task>;

// Says at compile time what is wrong with a task's `handle`.
template <typename Task>
constexpr void check_handle() {
  static_assert(has_one_handle<Task>,
                "a task has one public member `handle`: this class has none, or several of that "
                "name, or a template, so that it is not clear which is meant");
  static_assert(!has_one_handle<Task> || !std::is_void_v<handled<Task>>,
                "`handle` returns void and takes (const tempest::message&, tempest::outbox&), "
                "(const Value&, tempest::outbox&), (tempest::delivery) or "
                "(std::span<tempest::delivery>)");
  if constexpr (has_one_handle<Task> && !std::is_void_v<handled<Task>> && takes_values<Task>) {
    static_assert(decodable<handled<Task>>,
                  "a typed `handle` needs tempest::codec of its value: include <tempest/json.hpp> "
                  "and teach nlohmann::json to read it, or specialise codec");
  }
}

} // namespace tempest::impl
