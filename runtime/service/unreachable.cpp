#include "runtime/service/unreachable.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "runtime/base/crash.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/metrics/plugin_host.hpp"

namespace tempest::service {
namespace {

metrics::subject subject_of(const tempest_descriptor& plugin) {
  return plugin.kind == TEMPEST_KIND_SOURCE ? metrics::subject::source : metrics::subject::sink;
}

// What the thread of one attempt and its waiter share. It outlives both: a plugin that never
// answers keeps its share.
struct attempt {
  attempt(std::string word, const plugin_plan& plan, const std::string& topology)
      : what(std::move(word)),
        planned(plan),
        metrics(topology),
        host(metrics, {subject_of(*plan.descriptor), plan.descriptor->name}, topology) {}

  const std::string what; // "source redis_stream"
  const plugin_plan& planned;
  metrics::registry metrics;
  metrics::plugin_host host;
  std::mutex mutex;
  std::condition_variable changed;
  bool answered = false;
  std::string reason; // empty: reached
  base::exit_code code = base::exit_code::unavailable;
};

// Nothing is polled, so nothing arrives.
tempest_source_host deaf_source_host() {
  tempest_source_host table{};
  table.size = sizeof table;
  table.push = [](void*, const tempest_source_message*, std::size_t, std::size_t) {};
  table.settled = [](void*, const std::uint64_t*, std::size_t, std::uint32_t, std::uint32_t) {};
  table.withdraw = [](void*, const std::uint64_t*, std::size_t) {};
  return table;
}

tempest_sink_host deaf_sink_host() {
  tempest_sink_host table{};
  table.size = sizeof table;
  table.explain = [](void*, std::size_t, tempest_slice) {};
  return table;
}

// Sources and sinks differ in the type of their tables alone.
template <typename Functions, typename Host, typename Close>
std::string reason_of(attempt& one, const Host& host, Close close) {
  const auto& functions = *static_cast<const Functions*>(one.planned.descriptor->functions);
  base::plugin_error error;
  void* const made =
      functions.create(one.host.table(), &host, one.planned.options.view(), error.get());
  if (made == nullptr) {
    one.code = error.code();
    return error.text();
  }
  const bool reached = functions.connect(made, error.get()) != 0;
  if (reached) close(functions, made);
  functions.destroy(made);
  return reached ? std::string{} : error.text();
}

std::string try_once(attempt& one) {
  if (one.planned.descriptor->kind == TEMPEST_KIND_SOURCE) {
    const tempest_source_host host = deaf_source_host();
    return reason_of<tempest_source_functions>(
        one, host, [](const auto& functions, void* made) { functions.close(made, 0); });
  }
  const tempest_sink_host host = deaf_sink_host();
  return reason_of<tempest_sink_functions>(
      one, host, [](const auto& functions, void* made) { functions.close(made); });
}

std::shared_ptr<attempt> begin(std::string what, const plugin_plan& plan,
                               const std::string& topology) {
  auto made = std::make_shared<attempt>(std::move(what), plan, topology);
  const auto try_it = [made] {
    const base::crash_subject subject(fmt::format("{} ({})", made->what, made->planned.library));
    std::string reason = try_once(*made);
    const std::scoped_lock lock(made->mutex);
    made->reason = std::move(reason);
    made->answered = true;
    made->changed.notify_all();
  };
  try {
    base::start_thread(made->what, try_it).detach();
  } catch (const base::failure& refused) {
    made->reason = refused.what();
    made->answered = true;
  }
  return made;
}

} // namespace

std::vector<out_of_reach> unreachable(const assembly& checked, std::int64_t timeout_ms) {
  const std::string& topology = checked.settings.name;
  std::vector<std::shared_ptr<attempt>> attempts;
  attempts.push_back(begin(fmt::format("source {}", checked.settings.source.plugin.type),
                           checked.source, topology));
  for (const task_plan& task : checked.tasks) {
    if (!task.settings.is_sink) continue;
    attempts.push_back(
        begin(fmt::format("sink {} of task '{}'", task.settings.plugin.type, task.settings.name),
              task.plugin, topology));
  }
  if (checked.dead_letter) {
    attempts.push_back(begin(fmt::format("dead-letter sink {}", checked.settings.dead_letter->type),
                             *checked.dead_letter, topology));
  }
  std::vector<out_of_reach> found;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds{timeout_ms};
  for (const auto& one : attempts) {
    std::unique_lock lock(one->mutex);
    if (!one->changed.wait_until(lock, limit, [&] { return one->answered; })) {
      found.push_back({fmt::format("{}: no answer within {} ms", one->what, timeout_ms)});
    } else if (!one->reason.empty()) {
      found.push_back({fmt::format("{}: {}", one->what, one->reason), one->code});
    }
  }
  return found;
}

} // namespace tempest::service
