// A dead letter to write and to read back.
#pragma once

#include <tempest/abi.h>

#include <string_view>

#include "runtime/service/dead_letter_json.hpp"

namespace tempest::service {

inline tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

inline constexpr calendar times{5'000'000'000, 1'700'000'000'000};

inline engine::dead_letter sample_letter() {
  engine::dead_letter made;
  made.id = "17-0";
  made.payload = "hello";
  made.timestamp_ms = 99;
  made.deliveries = 2;
  made.attempts = 3;
  made.reason = "no luck";
  made.first = 5'000'000'000;
  made.last = 6'234'000'000;
  return made;
}

} // namespace tempest::service
