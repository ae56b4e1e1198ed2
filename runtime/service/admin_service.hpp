// Opens [admin], where there is one, for a run.
#pragma once

#include <memory>

#include "runtime/admin/server.hpp"
#include "runtime/config/settings.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/run_health.hpp"

namespace tempest::service {

// Answers at `where` as long as the result lives, and logs where that is. Nothing when no address
// is given; nor when nobody can listen there, which is warned of: the run goes on without. What it
// shows outlives it.
[[nodiscard]] std::unique_ptr<admin::server> serve_admin(const config::settings& settings,
                                                         const config::admin_listener& where,
                                                         const run_health& health,
                                                         const metrics::registry& shown);

} // namespace tempest::service
