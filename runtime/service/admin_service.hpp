// Opens [admin], where there is one, for a run.
#pragma once

#include <memory>

#include "runtime/admin/server.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_resources.hpp"

namespace tempest::service {

// Answers at `where` as long as the result lives, and logs where that is. Nothing when no address
// is given; nor when nobody can listen there, which is warned of: the run goes on without. `shown`
// outlives it.
[[nodiscard]] std::unique_ptr<admin::server> serve_admin(const assembly& plan,
                                                         const config::admin_listener& where,
                                                         run_resources& shown);

} // namespace tempest::service
