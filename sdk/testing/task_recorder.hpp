// Stands between a worker and a real task, and takes down what the task emits.
#pragma once

#include <tempest/abi.h>

namespace tempest::testing {

// Tasks made by these find their log in current_script by the name of their host.
[[nodiscard]] const tempest_task_functions& recording_task_functions();

} // namespace tempest::testing
