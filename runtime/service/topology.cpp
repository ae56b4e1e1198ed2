#include "runtime/service/topology.hpp"

#include <memory>

#include "runtime/net/loop.hpp"
#include "runtime/service/left_behind.hpp"
#include "runtime/service/remote_workers.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

struct topology_run {
  topology_run(const assembly& plan, const run_options& options)
      : workers(plan, loop, shared.chunks), state(plan, options, shared, workers) {}

  net::loop loop; // the engine's thread sleeps on its sockets
  run_resources shared{loop};
  remote_workers workers;
  run_state state;
};

} // namespace

run_report run_topology(const assembly& plan, const run_options& options) {
  auto made = std::make_unique<topology_run>(plan, options);
  made->workers.listen();
  run_report report = made->state.run();
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
