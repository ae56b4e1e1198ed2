// /metrics, for Prometheus and whatever else scrapes (docs/metrics.md).
#pragma once

#include "runtime/admin/router.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::admin {

// `shown` outlives the router.
void add_metrics_page(router& to, const metrics::registry& shown);

} // namespace tempest::admin
