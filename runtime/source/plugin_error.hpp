// Room for a plugin's reason.
#pragma once

#include <tempest/abi.h>

#include <cstring>
#include <string>

namespace tempest::source {

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

} // namespace tempest::source
