// Which plugins keep what they hold in a file rather than at a service: the contract does not say,
// so the name of an option does.
#pragma once

#include <string>

#include "runtime/config/settings.hpp"

namespace tempest::config {

// The file, or what stands for one, that a plugin is told by its option `path`, as it is written
// there; empty: it is told none.
[[nodiscard]] inline std::string plugin_file(const plugin_use& of) {
  const auto found = of.options.find("path");
  const std::string* const text = found == of.options.end() ? nullptr : found->second.text();
  return text == nullptr ? std::string() : *text;
}

} // namespace tempest::config
