#include "runtime/service/crew.hpp"

#include <fmt/format.h>

#include <chrono>

#include "runtime/base/crash.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/worker/sink_worker.hpp"
#include "runtime/worker/task_worker.hpp"

namespace tempest::service {
crew::crew(const assembly& plan, metrics::registry& metrics, base::chunk_pool& chunks,
           base::doorbell& engine_bell)
    : plan_(plan),
      metrics_(metrics),
      chunks_(chunks),
      bell_(engine_bell),
      by_task_(plan.tasks.size()) {
  for (std::uint32_t task = 0; task < plan.tasks.size(); ++task) {
    for (std::uint32_t worker = 0; worker < plan.tasks[task].settings.workers; ++worker) {
      hire(task, worker);
    }
  }
}

void crew::hire(std::uint32_t task, std::uint32_t worker) {
  const task_plan& planned = plan_.tasks[task];
  const std::string& topology = plan_.settings.name;
  seat& made = seats_.emplace_back(static_cast<engine::worker_id>(seats_.size()), task,
                                   planned.settings.poll_count, bell_);
  by_task_[task].push_back(&made);
  made.host =
      std::make_unique<metrics::plugin_host>(metrics_, planned.settings.name, topology, worker);
  const tempest_options& options = *planned.plugin.options.view();
  const void* functions = planned.plugin.descriptor->functions;
  if (planned.settings.is_sink) {
    made.sink = std::make_unique<worker::sink_runner>(
        *static_cast<const tempest_sink_functions*>(functions), options, *made.host,
        planned.settings.name, topology, worker::sink_backoff_ns);
    made.employee = std::make_unique<worker::sink_worker>(*made.sink, made.link);
  } else {
    const config::limits& limit = plan_.settings.limit;
    const worker::output_limits limits{limit.max_message_bytes, limit.max_outputs_bytes,
                                       planned.children.empty()};
    made.employee = std::make_unique<worker::task_worker>(
        *static_cast<const tempest_task_functions*>(functions), options, *made.host, made.link,
        chunks_, limits);
  }
  made.employee->on_ready = [this] {
    if (ready_.fetch_add(1) + 1 == seats_.size()) bell_.ring();
  };
  made.employee->on_fatal = [this, name = planned.settings.name,
                             library = planned.plugin.library](const std::string& reason) {
    {
      const std::scoped_lock lock(fatal_mutex_);
      if (fatal_.empty()) fatal_ = fmt::format("task '{}' ({}): {}", name, library, reason);
    }
    bell_.ring();
  };
}

void crew::start() {
  for (seat& one : seats_) {
    one.thread = base::start_thread(
        fmt::format("a worker of task '{}'", plan_.tasks[one.task].settings.name),
        [this, &one] { work(one); });
  }
}

// The instance is freed on its own thread, once nothing of it is deferred any more.
void crew::work(seat& one) {
  const task_plan& task = plan_.tasks[one.task];
  const base::crash_subject subject(
      fmt::format("task '{}' ({})", task.settings.name, task.plugin.library));
  one.employee->run();
  while (one.employee->deferred_open() > 0 && !hurry_.load()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (one.employee->deferred_open() > 0) return; // never done: the process leaves around it
  one.employee->destroy();
  one.done.store(true);
  bell_.ring();
}

std::string crew::fatal() {
  const std::scoped_lock lock(fatal_mutex_);
  return fatal_;
}

bool crew::all_done() const {
  for (const seat& one : seats_) {
    if (!one.done.load() && one.thread.joinable()) return false;
  }
  return true;
}

void crew::join() {
  for (seat& one : seats_) {
    if (one.thread.joinable()) one.thread.join();
  }
}

void crew::detach() {
  for (seat& one : seats_) {
    if (one.thread.joinable()) one.thread.detach();
  }
}

} // namespace tempest::service
