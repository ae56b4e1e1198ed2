// What descriptors say, in words for people. Pure.
#pragma once

#include <tempest/abi.h>

#include <string>
#include <vector>

namespace tempest::cli {

// The options of a descriptor, whatever size its maker gave the struct.
[[nodiscard]] std::vector<const tempest_option*> options_of(const tempest_descriptor& descriptor);

[[nodiscard]] const char* type_word(std::uint32_t type);              // "duration"
[[nodiscard]] std::string default_text(const tempest_option& option); // as shown; never a secret
[[nodiscard]] bool is_required(const tempest_option& option);
// The help with choices and bounds behind it.
[[nodiscard]] std::string meaning_text(const tempest_option& option);

// What a source promises with its default options: "at least once", "at most once".
[[nodiscard]] std::string delivery_words(const tempest_descriptor& source);

// A text of a descriptor that may be NULL.
[[nodiscard]] inline std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string{} : std::string{text};
}

} // namespace tempest::cli
