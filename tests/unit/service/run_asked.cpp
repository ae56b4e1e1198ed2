#include "tests/unit/service/run_asked.hpp"

#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/service/local_workers.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {

run_report run_asked(const assembly& plan, const std::function<void(run_questions&)>& people) {
  base::doorbell bell;
  run_health health(plan, run_health::role::topology, base::steady_ns());
  run_resources shared(bell, health, plan.settings.name);
  local_workers workers(plan, shared);
  const run_options how;
  run_state state(plan, how, shared, workers);
  std::thread beside([&] { people(shared.questions); });
  run_report report = state.run();
  beside.join();
  return report;
}

} // namespace tempest::service
