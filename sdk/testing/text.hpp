// Between the slices of the C contract and strings that a test can keep.
#pragma once

#include <tempest/abi.h>
#include <tempest/testing_message.hpp>

#include <string>
#include <vector>

namespace tempest::testing {

[[nodiscard]] inline std::string copy(tempest_slice from) {
  return from.data == nullptr ? std::string() : std::string(from.data, from.length);
}
[[nodiscard]] inline tempest_slice slice(const std::string& text) {
  return {text.data(), text.size()};
}
[[nodiscard]] inline headers copy(const tempest_header* from, std::size_t count) {
  headers made;
  for (std::size_t i = 0; i < count; ++i) {
    made.emplace_back(copy(from[i].name), copy(from[i].value));
  }
  return made;
}
[[nodiscard]] inline std::vector<tempest_header> to_c(const headers& from) {
  std::vector<tempest_header> made;
  for (const auto& [name, value] : from) made.push_back({slice(name), slice(value)});
  return made;
}

// What flows on when a task passes its input on.
[[nodiscard]] inline emitted inherited(const tempest_delivery& from) {
  emitted made{copy(from.payload), {}, copy(from.headers, from.header_count), from.timestamp_ms};
  if (from.key.data != nullptr) made.key = copy(from.key);
  return made;
}
// What flows on when it emits: what no flag names is the input's.
[[nodiscard]] inline emitted made_of(const tempest_delivery& from, const tempest_output& output) {
  emitted made = inherited(from);
  made.payload = copy(output.payload);
  if ((output.flags & TEMPEST_OUTPUT_KEY) != 0) {
    made.key.reset();
    if (output.key.data != nullptr) made.key = copy(output.key);
  }
  if ((output.flags & TEMPEST_OUTPUT_HEADERS) != 0) {
    made.headers = copy(output.headers, output.header_count);
  }
  if ((output.flags & TEMPEST_OUTPUT_TIMESTAMP) != 0) made.timestamp = output.timestamp_ms;
  return made;
}
[[nodiscard]] inline emitted made_of(const tempest_delivery& from, tempest_slice payload) {
  tempest_output output{};
  output.size = sizeof output;
  output.payload = payload;
  return made_of(from, output);
}

} // namespace tempest::testing
