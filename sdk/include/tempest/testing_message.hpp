// What tests put into tasks and get out of them. Component Testing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#define TEMPEST_TESTING_API __attribute__((visibility("default")))

namespace tempest::testing {

using headers = std::vector<std::pair<std::string, std::string>>;

// A message for a task or a topology: a text is one, too.
struct input {
  input() = default;
  // Not explicit: a list of texts is a list of messages.
  input(std::string text) : payload(std::move(text)) {}
  input(const char* text) : payload(text) {}

  std::string payload;
  std::string id; // empty: its number, from 1
  std::optional<std::string> key;
  testing::headers headers;
  std::int64_t timestamp = 0; // milliseconds since 1970-01-01 UTC; 0 = unknown
  std::uint32_t attempt = 1;  // for a task only
  std::uint32_t deliveries = 1;
  std::vector<std::uint32_t> path; // for a task only
};

// What a task emitted, with what it inherited.
struct emitted {
  std::string payload;
  std::optional<std::string> key;
  testing::headers headers;
  std::int64_t timestamp = 0;
};

} // namespace tempest::testing
