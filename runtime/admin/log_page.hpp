// /api/v1/log-level: how much a process logs, for a while or from now on (docs/admin.md).
#pragma once

#include <string>

#include "runtime/admin/router.hpp"

namespace tempest::admin {

// `topology`: whose process it is.
void add_log_page(router& to, std::string topology);

} // namespace tempest::admin
