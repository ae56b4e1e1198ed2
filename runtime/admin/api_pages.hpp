// /api/v1: how a run stands, and what it is told to do, for programs (docs/admin.md).
#pragma once

#include <string>

#include "runtime/admin/router.hpp"
#include "runtime/admin/run_desk.hpp"

namespace tempest::admin {

// `asked` outlives the router. `graph`: the JSON of the pipeline, which does not change.
void add_api_pages(router& to, run_desk& asked, std::string graph);

} // namespace tempest::admin
