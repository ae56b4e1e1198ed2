// /livez, /readyz and /healthz, for supervisors (docs/health.md).
#pragma once

#include <cstdint>

#include "runtime/admin/health_board.hpp"
#include "runtime/admin/router.hpp"
#include "runtime/base/clock.hpp"

namespace tempest::admin {

// `board` outlives the router. `clock`: the one of the board's times.
void add_health_pages(router& to, const health_board& board,
                      std::int64_t (*clock)() = base::steady_ns);

} // namespace tempest::admin
