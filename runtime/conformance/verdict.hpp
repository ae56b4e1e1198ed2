// What a case of the kit came to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"

namespace tempest::conformance {

// broken_off: what the kit needs for the case does not work, so nothing is said of the plugin.
enum class verdict : std::uint8_t { ok, failed, not_tried, broken_off };

// One line of the table.
struct case_result {
  std::string name;
  std::string tried; // what the case does, one sentence
  verdict came_to = verdict::ok;
  std::string seen; // what was found; why it failed or was not tried
  std::int64_t took_ms = 0;
};

// All that was tried with one plugin.
struct plugin_report {
  std::string kind; // "source" or "sink"
  std::string name;
  std::vector<case_result> cases;
  std::optional<base::failure> broken_off; // why there are no more cases
  // Of cases that came to an end: how many, and whether one failed.
  [[nodiscard]] std::size_t tried() const {
    return static_cast<std::size_t>(std::ranges::count_if(cases, [](const case_result& one) {
      return one.came_to == verdict::ok || one.came_to == verdict::failed;
    }));
  }
  [[nodiscard]] bool failed() const {
    for (const case_result& one : cases) {
      if (one.came_to == verdict::failed) return true;
    }
    return false;
  }
};

// Ends a case: the plugin broke the contract, and how.
class found : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Ends a case: it cannot be tried here, and why.
class not_applicable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

} // namespace tempest::conformance
