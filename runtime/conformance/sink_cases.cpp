#include "runtime/conformance/case.hpp"
#include "runtime/conformance/options_case.hpp"

namespace tempest::conformance {

const std::vector<conformance_case>& sink_cases() {
  static const std::vector<conformance_case> cases = {
      {"options", "each option at its limits, missing and wrong; creation without network",
       options_hold},
  };
  return cases;
}

} // namespace tempest::conformance
