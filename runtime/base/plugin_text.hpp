// Text as it crosses the C contract: slices, and the room that a plugin writes its reason into.
#pragma once

#include <tempest/abi.h>

#include <cstring>
#include <string>
#include <string_view>

#include "runtime/base/error.hpp"

namespace tempest::base {

// The bytes of a slice; empty for an absent one.
[[nodiscard]] inline std::string_view view(tempest_slice slice) {
  return slice.data == nullptr ? std::string_view{} : std::string_view{slice.data, slice.length};
}

inline constexpr std::string_view no_reason = "no reason given";

// What a plugin gave as its reason, or that it gave none.
[[nodiscard]] inline std::string_view reason_of(tempest_slice slice) {
  const std::string_view said = view(slice);
  return said.empty() ? no_reason : said;
}

// Room for a plugin's reason.
class plugin_error {
 public:
  plugin_error() { error_.size = sizeof error_; }
  // For one call: what an earlier one said is gone.
  [[nodiscard]] tempest_error* get() {
    error_.text[0] = '\0';
    error_.kind = TEMPEST_ERROR_OTHER;
    return &error_;
  }
  // How a command ends when a source's create said this.
  [[nodiscard]] exit_code code() const {
    return error_.kind == TEMPEST_ERROR_NO_INPUT ? exit_code::no_input : exit_code::bad_config;
  }
  // What the plugin said, or that it said nothing.
  [[nodiscard]] std::string text() const {
    const std::size_t length = strnlen(error_.text, sizeof error_.text);
    return std::string(length == 0 ? no_reason : std::string_view(error_.text, length));
  }

 private:
  tempest_error error_{};
};

} // namespace tempest::base
