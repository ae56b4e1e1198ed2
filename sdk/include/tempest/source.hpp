// All that a source needs.
//
// A plain class, constructed from tempest::source_context& without touching the network. Members:
//   static tempest::source_traits traits(const tempest::options&)
//   void connect()                                throws when the broker is away
//   tempest::poll_status poll(max_messages, max_bytes, deadline)
//                                                 pushes through the context; throws when it is
//                                                 away
//   void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes)
// Optional: void extend(std::span<const std::uint64_t> tokens), void interrupt() noexcept,
//   bool healthy(std::string& reason), void close(deadline), std::int64_t depth(),
//   void failed(std::span<const std::uint64_t> tokens, std::span<const std::uint32_t> failures);
//   and, with which dead letters can be replayed, returning why one was not put back:
//   static std::string requeue(const tempest::options&, const tempest::requeue_batch&,
//                              std::span<tempest::requeued> results)
// All on one thread, except interrupt: source_pause.hpp waits so that it can be. abi.h says what
// each must do and may not.
#pragma once

#include <tempest/context.hpp>
#include <tempest/errors.hpp>
#include <tempest/impl/source_functions.hpp>
#include <tempest/library.hpp>
#include <tempest/source_context.hpp>

#include <string>
#include <utility>

namespace tempest {

// Declares a source for TEMPEST_LIBRARY.
template <typename Source, typename... Options>
[[nodiscard]] impl::definition source(std::string name, std::string summary, Options&&... options) {
  return {TEMPEST_KIND_SOURCE, impl::source_functions<Source>(), std::move(name),
          std::move(summary), std::forward<Options>(options)...};
}

} // namespace tempest

// A library with one source.
#define TEMPEST_SOURCE(SourceClass, ...) \
  TEMPEST_LIBRARY(::tempest::source<SourceClass>(__VA_ARGS__))
