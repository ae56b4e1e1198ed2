#include "runtime/service/worker_threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/base/thread_stack.hpp"
#include "runtime/plugin/options.hpp"
#include "runtime/service/begun_table.hpp"
#include "runtime/service/run_settings.hpp"
#include "runtime/worker/sink_worker.hpp"
#include "runtime/worker/task_worker.hpp"

namespace tempest::service {

worker_threads::worker_threads(const assembly& plan, run_resources& shared)
    : plan_(plan),
      shared_(shared),
      tasks_(plan.tasks.size()),
      sinks_(plan.tasks.size()),
      watchdog_(base::nanoseconds(plan.settings.limit.handler_warn)),
      meters_(plan, shared.metrics) {
  for (std::uint32_t task = 0; task < plan.tasks.size(); ++task) {
    const task_plan& planned = plan.tasks[task];
    if (planned.plugin.descriptor == nullptr) continue; // of another process
    if (planned.settings.is_sink) {
      sinks_[task] =
          std::make_unique<written_sink>(planned.settings.name, plan.settings.name, shared.metrics);
    }
    for (std::uint32_t worker = 0; worker < planned.settings.workers; ++worker) {
      tasks_[task].threads.push_back(&add(task, worker));
    }
  }
  places_ = all_.size();
}

worker_thread& worker_threads::add(std::uint32_t task, std::uint32_t place) {
  const task_plan& planned = plan_.tasks[task];
  const std::string& topology = plan_.settings.name;
  worker_thread& made =
      all_.emplace_back(next_id_++, task, planned.settings.poll_count, shared_.bell);
  made.host = std::make_unique<metrics::plugin_host>(
      shared_.metrics, metrics::owner{metrics::subject::task, planned.settings.name}, topology,
      place);
  const tempest_options& options = *planned.plugin.options.view();
  const void* functions = planned.plugin.descriptor->functions;
  if (planned.settings.is_sink) {
    made.sink = std::make_unique<worker::sink_runner>(
        *static_cast<const tempest_sink_functions*>(functions), options, *made.host,
        sinks_[task]->notice, sink_settings_of(planned.settings.health));
    made.executor = std::make_unique<worker::sink_worker>(*made.sink, made.link);
  } else {
    const config::limits& limit = plan_.settings.limit;
    const engine::output_limits limits{.max_message_bytes = limit.max_message_bytes,
                                       .max_outputs_bytes = limit.max_outputs_bytes,
                                       .leaf = planned.children.empty()};
    made.executor = std::make_unique<worker::task_worker>(
        *static_cast<const tempest_task_functions*>(functions), options, *made.host, made.link,
        shared_.chunks, limits);
  }
  if (shared_.begun != nullptr) made.executor->at_work = shared_.begun->at_work(made.id);
  made.executor->on_ready = [this, &made] {
    made.started.store(true);
    if (ready_.fetch_add(1) + 1 >= places_) shared_.bell.ring();
  };
  made.executor->on_fatal = [this, &planned](base::exit_code code, const std::string& reason) {
    const bool is_refusal = code == base::exit_code::bad_config;
    fail(
        {code, fmt::format("task '{}' ({}): {}", planned.settings.name, planned.plugin.library,
                           is_refusal ? plugin::placed(reason, planned.settings.plugin) : reason)});
    shared_.bell.ring();
  };
  return made;
}

void worker_threads::fail(base::failure why) {
  const std::scoped_lock lock(fatal_mutex_);
  if (!fatal_) fatal_ = std::move(why);
}

void worker_threads::start() {
  base::prepare_thread_stacks();
  for (worker_thread& one : all_) start(one);
}

void worker_threads::start(worker_thread& one) {
  one.thread =
      base::start_thread(fmt::format("a worker of task '{}'", plan_.tasks[one.task].settings.name),
                         [this, &one] { work(one); });
}

// The instance is freed on its own thread, once nothing of it is deferred any more.
void worker_threads::work(worker_thread& one) {
  const task_plan& task = plan_.tasks[one.task];
  const base::crash_subject subject(
      fmt::format("task '{}' ({})", task.settings.name, task.plugin.library));
  one.executor->run();
  while (one.executor->deferred_open() > 0 && !hurry_.load()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (one.executor->deferred_open() > 0) return; // never done: the process leaves around it
  one.executor->destroy();
  one.done.store(true);
  shared_.bell.ring();
}

std::optional<base::failure> worker_threads::fatal() {
  const std::scoped_lock lock(fatal_mutex_);
  return fatal_;
}

bool worker_threads::all_done() const {
  for (const worker_thread& one : all_) {
    if (!one.done.load() && !one.left_alone && one.thread.joinable()) return false;
  }
  return true;
}

bool worker_threads::left_alone() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const worker_thread& one) { return one.left_alone && !one.done.load(); });
}

void worker_threads::join() {
  shared_.hangs.finish();
  for (worker_thread& one : all_) {
    if (one.thread.joinable()) one.thread.join();
  }
}

void worker_threads::detach() {
  shared_.hangs.finish();
  for (const worker_thread& one : all_) {
    if (!one.done.load() && !one.left_alone && one.busy_ns > 0) say_left_behind(one);
  }
  for (worker_thread& one : all_) {
    if (one.thread.joinable()) one.thread.detach();
  }
}

} // namespace tempest::service
