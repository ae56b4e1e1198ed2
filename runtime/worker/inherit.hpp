// What an output takes from its input.
#pragma once

#include <tempest/abi.h>

#include "runtime/worker/batch_book.hpp"

namespace tempest::worker {

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
