// Stand in for the sinks of a topology: what would be written is taken down.
#pragma once

#include <tempest/abi.h>

namespace tempest::testing {

[[nodiscard]] const tempest_sink_functions& task_sink_functions(); // into the log of its task
[[nodiscard]] const tempest_sink_functions& dead_letter_functions();

} // namespace tempest::testing
