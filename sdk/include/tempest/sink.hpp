// All that a sink needs.
//
// A plain class, constructed from tempest::sink_context& without touching the network. Members:
//   void connect()                      throws when the destination is away; called again, with
//                                       back-off, after healthy said no
//   void write(const tempest::messages& batch, std::span<tempest::written> results)
//                                       an outcome for each; why not: context.explain(index, text).
//                                       When it throws, what has no outcome yet is tried again,
//                                       each alone, so as to know which message is to blame
//   void flush()                        all that was written is confirmed; throws when it is not
// Optional: bool healthy(std::string& reason), void close(), and both of these, with which dead
// letters can be listed, replayed and discarded; they need no connect:
//   tempest::page browse(std::string_view cursor, std::size_t max_messages, std::size_t max_bytes)
//   std::size_t erase(std::span<const std::string_view> ids)    how many were still there
// All on one thread. abi.h says what each must do and may not.
#pragma once

#include <tempest/context.hpp>
#include <tempest/errors.hpp>
#include <tempest/impl/sink_functions.hpp>
#include <tempest/library.hpp>
#include <tempest/sink_context.hpp>

#include <string>
#include <utility>

namespace tempest {

// Declares a sink for TEMPEST_LIBRARY.
template <typename Sink, typename... Options>
[[nodiscard]] impl::definition sink(std::string name, std::string summary, Options&&... options) {
  return {TEMPEST_KIND_SINK, impl::sink_functions<Sink>(), std::move(name), std::move(summary),
          std::forward<Options>(options)...};
}

} // namespace tempest

// A library with one sink.
#define TEMPEST_SINK(SinkClass, ...) TEMPEST_LIBRARY(::tempest::sink<SinkClass>(__VA_ARGS__))
