// All that a task needs.
//
//   struct shout {
//     void handle(const tempest::message& in, tempest::outbox& out) { out.emit(upper(in.text())); }
//   };
//   TEMPEST_TASK(shout, "shout", "Turns text into capitals.")
//
// A plain class: constructed from tempest::context& (options, log, metrics) or without arguments.
// Returning = done, what was emitted flows on. `throw tempest::reject(reason)` = never will work;
// any other exception = this delivery failed. Optional: bool filter(const message&) (false =
// skipped), void started(), void shutdown(). All on one thread, the worker's.
#pragma once

#include <tempest/context.hpp>
#include <tempest/delivery.hpp>
#include <tempest/errors.hpp>
#include <tempest/impl/task_functions.hpp>
#include <tempest/library.hpp>
#include <tempest/message.hpp>
#include <tempest/options.hpp>
#include <tempest/outbox.hpp>

#include <string>
#include <utility>

namespace tempest {

// Declares a task for TEMPEST_LIBRARY. `name`: [a-z][a-z0-9_]*; `summary`: one sentence.
template <typename Task, typename... Options>
[[nodiscard]] impl::definition task(std::string name, std::string summary, Options&&... options) {
  return {TEMPEST_KIND_TASK, impl::task_functions<Task>(), std::move(name), std::move(summary),
          std::forward<Options>(options)...};
}

} // namespace tempest

// A library with one task.
#define TEMPEST_TASK(TaskClass, ...) TEMPEST_LIBRARY(::tempest::task<TaskClass>(__VA_ARGS__))
