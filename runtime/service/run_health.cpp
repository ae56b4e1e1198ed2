#include "runtime/service/run_health.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace tempest::service {
namespace {

constexpr const char* at_first = "it starts";

} // namespace

run_health::run_health(const assembly& plan, role of, std::int64_t now_ns)
    : process_(board_.add("process", at_first, now_ns)),
      tasks_(plan.tasks.size()),
      sinks_(plan.tasks.size()) {
  const auto add = [&](std::string name) { return board_.add(std::move(name), at_first, now_ns); };
  if (of == role::topology) {
    source_ = add(fmt::format("source {}", plan.settings.source.plugin.type));
  } else {
    topology_ = add(fmt::format("topology {}", plan.settings.name));
  }
  for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
    const config::task_settings& task = plan.tasks[i].settings;
    const bool is_here = plan.tasks[i].plugin.descriptor != nullptr;
    if (is_here || of == role::topology) tasks_[i] = add(fmt::format("task {}", task.name));
    if (tasks_[i] && task.is_sink) sinks_[i] = add(fmt::format("sink {}", task.name));
  }
  if (of == role::topology && plan.dead_letter) {
    dead_letters_ = add(fmt::format("dead letters' sink {}", plan.settings.dead_letter->type));
  }
  beat(now_ns);
}

void run_health::tell(place of, std::string_view trouble, std::int64_t since_ns) {
  trouble.empty() ? board_.well(of) : board_.trouble(of, trouble, since_ns);
}

std::string run_health::task_trouble(std::uint32_t task) const {
  std::string made = board_.read(*tasks_[task]).trouble;
  if (!sinks_[task]) return made;
  const admin::check sink = board_.read(*sinks_[task]);
  const std::string& also = sink.well() ? sink.note : sink.trouble;
  if (!made.empty() && !also.empty()) made += "; ";
  return made + also;
}

} // namespace tempest::service
