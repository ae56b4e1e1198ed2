// What the kit tries with a plugin, as data.
#pragma once

#include <string>
#include <vector>

#include "runtime/conformance/site.hpp"

namespace tempest::conformance {

// `run` returns what was seen, or throws found or not_applicable.
struct conformance_case {
  const char* name;
  const char* tried; // one sentence for the table
  std::string (*run)(site& at);
};

[[nodiscard]] const std::vector<conformance_case>& source_cases();
[[nodiscard]] const std::vector<conformance_case>& sink_cases();

} // namespace tempest::conformance
