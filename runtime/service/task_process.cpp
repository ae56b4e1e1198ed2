#include "runtime/service/task_process.hpp"

#include <memory>

#include "runtime/base/clock.hpp"
#include "runtime/service/admin_service.hpp"
#include "runtime/service/left_behind.hpp"
#include "runtime/service/metric_export.hpp"
#include "runtime/service/task_run.hpp"

namespace tempest::service {
namespace {

struct task_process {
  task_process(const assembly& plan, const run_options& options, const task_options& to)
      : health(plan, run_health::role::tasks, base::steady_ns()),
        shared(*loop, health, plan.settings.name),
        run(std::make_unique<task_run>(plan, options, to, *loop, shared)) {}
  // What is under way in the loop holds chunks: their pool goes last.
  ~task_process() {
    run.reset();
    loop.reset();
  }
  task_process(const task_process&) = delete;
  task_process& operator=(const task_process&) = delete;

  std::unique_ptr<net::loop> loop = std::make_unique<net::loop>();
  run_health health;
  run_resources shared;
  std::unique_ptr<task_run> run;
};

} // namespace

run_report run_task_process(const assembly& plan, const run_options& options,
                            const task_options& to) {
  auto made = std::make_unique<task_process>(plan, options, to);
  const auto admin = serve_admin(plan, plan.settings.admin.task, made->shared);
  metric_export exports(plan.settings, made->shared.metrics, options.instance);
  run_report report = made->run->run();
  if (!exports.finish(options.stop, made->health)) report.stuck = true;
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
