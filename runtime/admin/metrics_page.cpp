#include "runtime/admin/metrics_page.hpp"

#include "runtime/metrics/exposition.hpp"

namespace tempest::admin {

void add_metrics_page(router& to, const metrics::registry& shown) {
  to.get("/metrics", [&shown](const request&) {
    return answer{200, metrics::exposition(shown), {{"Content-Type", metrics::exposition_type}}};
  });
}

} // namespace tempest::admin
