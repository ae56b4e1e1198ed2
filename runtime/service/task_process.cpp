#include "runtime/service/task_process.hpp"

#include <memory>

#include "runtime/service/left_behind.hpp"
#include "runtime/service/task_run.hpp"

namespace tempest::service {
namespace {

struct task_process {
  task_process(const assembly& plan, const run_options& options, const task_options& to)
      : run(plan, options, to, loop, shared) {}

  net::loop loop;
  run_resources shared{loop};
  task_run run;
};

} // namespace

run_report run_task_process(const assembly& plan, const run_options& options,
                            const task_options& to) {
  auto made = std::make_unique<task_process>(plan, options, to);
  run_report report = made->run.run();
  if (report.stuck) leave_behind(std::move(made));
  return report;
}

} // namespace tempest::service
