#include "runtime/service/standalone.hpp"

#include <memory>

#include "runtime/base/clock.hpp"
#include "runtime/service/admin_service.hpp"
#include "runtime/service/left_behind.hpp"
#include "runtime/service/local_workers.hpp"
#include "runtime/service/metric_export.hpp"
#include "runtime/service/run_state.hpp"
#include "runtime/service/suspect_book.hpp"

namespace tempest::service {
namespace {

struct standalone_run {
  standalone_run(const assembly& plan, const run_options& options)
      : health(plan, run_health::role::topology, base::steady_ns()),
        begun(begun_table_of(plan)),
        shared(bell, health, plan.settings.name, begun.get()),
        workers(plan, shared),
        state(plan, options, shared, workers) {}

  base::doorbell bell;
  run_health health;
  std::unique_ptr<begun_table> begun;
  run_resources shared;
  local_workers workers;
  run_state state;
};

} // namespace

run_report run_standalone(const assembly& plan, const run_options& options) {
  auto made = std::make_unique<standalone_run>(plan, options);
  const auto admin = serve_admin(plan, plan.settings.admin.topology, made->shared);
  metric_export exports(plan.settings, made->shared.metrics, options.instance);
  run_report report = made->state.run();
  if (made->begun) made->begun->clear_hands(); // the end was in order
  if (!exports.finish(options.stop, made->health)) report.stuck = true;
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
