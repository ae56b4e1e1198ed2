// Stands in for a topology's source: hands out the messages of the script once, and ends.
#pragma once

#include <tempest/abi.h>

namespace tempest::testing {

[[nodiscard]] const tempest_source_functions& run_source_functions();

} // namespace tempest::testing
