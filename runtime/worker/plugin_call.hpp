// Small helpers for calling through the C contract.
#pragma once

#include <tempest/abi.h>

#include <cstring>
#include <string>
#include <string_view>

#include "runtime/worker/batch_book.hpp"

namespace tempest::worker {

[[nodiscard]] inline std::string_view view(tempest_slice slice) {
  return slice.data == nullptr ? std::string_view{} : std::string_view{slice.data, slice.length};
}

// Room for a plugin's reason.
class plugin_error {
 public:
  plugin_error() { error_.size = sizeof error_; }
  [[nodiscard]] tempest_error* get() {
    error_.text[0] = '\0';
    return &error_;
  }
  // What the plugin said, or that it said nothing.
  [[nodiscard]] std::string text() const {
    const std::size_t length = strnlen(error_.text, sizeof error_.text);
    return length == 0 ? "no reason given" : std::string(error_.text, length);
  }

 private:
  tempest_error error_{};
};

// An output that replaces some of key, headers and timestamp takes the rest from its input.
[[nodiscard]] inline given_output inherit(given_output given, const tempest_output& output,
                                          const tempest_delivery& input) {
  if (!given.replaces) return given;
  if ((output.flags & TEMPEST_OUTPUT_KEY) == 0) given.meta.key = input.key;
  if ((output.flags & TEMPEST_OUTPUT_HEADERS) == 0) {
    given.meta.headers = input.headers;
    given.meta.header_count = input.header_count;
  }
  if ((output.flags & TEMPEST_OUTPUT_TIMESTAMP) == 0) given.meta.timestamp_ms = input.timestamp_ms;
  return given;
}

} // namespace tempest::worker
