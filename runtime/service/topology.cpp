#include "runtime/service/topology.hpp"

#include <memory>

#include "runtime/base/clock.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/service/admin_service.hpp"
#include "runtime/service/left_behind.hpp"
#include "runtime/service/metric_export.hpp"
#include "runtime/service/remote_workers.hpp"
#include "runtime/service/run_state.hpp"
#include "runtime/service/suspect_book.hpp"

namespace tempest::service {
namespace {

struct topology_run {
  topology_run(const assembly& plan, const run_options& options)
      : health(plan, run_health::role::topology, base::steady_ns()),
        begun(begun_table_of(plan)),
        shared(*loop, health, plan.settings.name, begun.get()),
        workers(std::make_unique<remote_workers>(plan, *loop, shared)),
        state(std::make_unique<run_state>(plan, options, shared, *workers)) {}
  // What is under way in the loop holds chunks: their pool goes last.
  ~topology_run() {
    state.reset();
    workers.reset();
    loop.reset();
  }
  topology_run(const topology_run&) = delete;
  topology_run& operator=(const topology_run&) = delete;

  // The engine's thread sleeps on its sockets.
  std::unique_ptr<net::loop> loop = std::make_unique<net::loop>();
  run_health health;
  std::unique_ptr<begun_table> begun;
  run_resources shared;
  std::unique_ptr<remote_workers> workers;
  std::unique_ptr<run_state> state;
};

} // namespace

run_report run_topology(const assembly& plan, const run_options& options) {
  auto made = std::make_unique<topology_run>(plan, options);
  made->workers->listen();
  const auto admin = serve_admin(plan, plan.settings.admin.topology, made->shared);
  metric_export exports(plan.settings, made->shared.metrics, options.instance);
  run_report report = made->state->run();
  if (!exports.finish(options.stop, made->health)) report.stuck = true;
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
