#include "runtime/service/run_settings.hpp"

#include <cstddef>

#include "runtime/base/clock.hpp"

namespace tempest::service {
namespace {

engine::last_action action_of(config::exhausted_action action) {
  switch (action) {
    case config::exhausted_action::dead_letter:
      return engine::last_action::dead_letter;
    case config::exhausted_action::ack:
      return engine::last_action::ack;
    case config::exhausted_action::stop:
      return engine::last_action::stop;
    case config::exhausted_action::leave:
      break;
  }
  return engine::last_action::leave;
}

// A source of an older contract ends before that function; a plan for tasks alone has no source.
bool keeps_failures(const assembly& plan) {
  if (plan.source.descriptor == nullptr) return false;
  const tempest_source_functions& source = *source_functions(plan);
  constexpr std::size_t end =
      offsetof(tempest_source_functions, failed) + sizeof(tempest_source_functions::failed);
  return source.size >= end && source.failed != nullptr;
}

} // namespace

engine::engine_settings engine_settings_of(const assembly& plan) {
  engine::engine_settings made;
  for (const task_plan& task : plan.tasks) {
    const config::failure_policy& policy = task.settings.policy;
    const bool retries = policy.type == config::policy_type::retry;
    made.tasks.push_back(
        {task.children,
         {retries ? policy.attempts : 1, base::nanoseconds(policy.backoff),
          base::nanoseconds(policy.max_backoff), policy.jitter, action_of(policy.on_exhausted)}});
  }
  const config::limits& limit = plan.settings.limit;
  made.root = plan.root;
  made.max_pending = limit.max_pending;
  made.max_pending_bytes = limit.max_pending_bytes;
  made.max_retrying = limit.max_retrying;
  made.max_deliveries = limit.max_deliveries;
  made.msg_timeout = base::nanoseconds(limit.msg_timeout);
  made.keeps_failures = keeps_failures(plan);
  made.seed = static_cast<std::uint64_t>(base::steady_ns());
  return made;
}

source::pump_settings pump_settings_of(const assembly& plan) {
  const config::source_settings& source = plan.settings.source;
  return {source.plugin.type,
          plan.source.library,
          plan.settings.name,
          plan.settings.limit.max_message_bytes,
          base::nanoseconds(source.max_backoff),
          source.health.unhealthy_limit,
          source.health.unhealthy_shutdown};
}

worker::sink_settings sink_settings_of(const config::health_settings& health) {
  worker::sink_settings made;
  made.unhealthy_limit = health.unhealthy_limit;
  made.unhealthy_shutdown = health.unhealthy_shutdown;
  return made;
}

std::vector<std::string> task_names(const assembly& plan) {
  std::vector<std::string> names;
  for (const task_plan& task : plan.tasks) names.push_back(task.settings.name);
  return names;
}

} // namespace tempest::service
