#include "runtime/service/standalone.hpp"

#include <memory>

#include "runtime/service/left_behind.hpp"
#include "runtime/service/local_workers.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

struct standalone_run {
  standalone_run(const assembly& plan, const run_options& options)
      : workers(plan, shared), state(plan, options, shared, workers) {}

  base::doorbell bell;
  run_resources shared{bell};
  local_workers workers;
  run_state state;
};

} // namespace

run_report run_standalone(const assembly& plan, const run_options& options) {
  auto made = std::make_unique<standalone_run>(plan, options);
  run_report report = made->state.run();
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
