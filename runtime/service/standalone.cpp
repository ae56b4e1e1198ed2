#include "runtime/service/standalone.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/message_hash.hpp"
#include "runtime/service/admin_service.hpp"
#include "runtime/service/begun_table.hpp"
#include "runtime/service/left_behind.hpp"
#include "runtime/service/local_workers.hpp"
#include "runtime/service/metric_export.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {
namespace {

std::uint64_t pipeline_of(const assembly& plan) {
  std::string names;
  for (const task_plan& task : plan.tasks) names += task.settings.name + '\n';
  return engine::hash_of(names);
}

// Where the source hands messages over again, one that kills this process would kill the next one,
// too: it has to be known there. Without that the run goes on all the same.
std::unique_ptr<begun_table> begun_table_of(const assembly& plan) {
  if (plan.traits.guarantee != TEMPEST_AT_LEAST_ONCE) return nullptr;
  const auto say = [&](base::log_level level, const std::string& text) {
    base::log(level, text, {.topology = plan.settings.name});
  };
  try {
    auto made = std::make_unique<begun_table>(
        begun_table_settings{state_folder(), plan.settings.name, pipeline_of(plan)});
    if (!made->complaint().empty()) say(base::log_level::warn, made->complaint());
    if (!made->found().empty()) {
      say(base::log_level::warn,
          fmt::format("the last run ended while it had {} messages in hand: each is handled alone "
                      "until it has ended, in case it was one of them",
                      made->found().size()));
    }
    return made;
  } catch (const base::failure& why) {
    say(base::log_level::warn,
        fmt::format("cannot note what is begun: {}; a message that kills this process will not be "
                    "found out (XDG_STATE_HOME names a folder that can be written)",
                    why.what()));
    return nullptr;
  }
}

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
  if (made->begun) made->begun->clear(); // the end was in order
  if (!exports.finish(options.stop, made->health)) report.stuck = true;
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
