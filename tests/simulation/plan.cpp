#include "tests/simulation/plan.hpp"

#include <algorithm>

namespace tempest::simulation {
namespace {

constexpr engine::time_ns ms = 1'000'000;
constexpr engine::last_action actions[] = {engine::last_action::dead_letter,
                                           engine::last_action::leave, engine::last_action::ack,
                                           engine::last_action::stop};

// Each task but the first gets parents among those before it, so the graph has no cycle.
void plan_tasks(plan& made, std::mt19937_64& dice) {
  const auto below = [&](std::uint64_t limit) { return dice() % limit; };
  const std::size_t count = 1 + below(6);
  made.engine.tasks.resize(count);
  made.oracle.tasks.resize(count);
  const double jitter = below(2) == 0 ? 0.0 : 1.0;
  for (std::uint32_t task = 0; task < count; ++task) {
    auto& policy = made.engine.tasks[task].policy;
    const std::size_t action = below(4);
    policy.attempts = 1 + static_cast<std::uint32_t>(below(4));
    policy.backoff = static_cast<engine::time_ns>(below(20)) * ms;
    policy.max_backoff = policy.backoff * 3;
    policy.jitter = jitter;
    policy.on_exhausted = actions[action];
    if (task > 0) made.engine.tasks[below(task)].children.push_back(task);
    if (task > 1 && below(2) == 0) {
      auto& children = made.engine.tasks[below(task)].children;
      if (std::count(children.begin(), children.end(), task) == 0) children.push_back(task);
    }
    made.oracle.tasks[task] = {{},     policy.attempts, policy.backoff, policy.max_backoff,
                               jitter, "dlas"[action]};
  }
  for (std::size_t i = 0; i < count; ++i) {
    made.oracle.tasks[i].children = made.engine.tasks[i].children;
  }
}

} // namespace

plan make_plan(std::mt19937_64& dice) {
  const auto below = [&](std::uint64_t limit) { return dice() % limit; };
  plan made;
  plan_tasks(made, dice);
  made.engine.max_pending = 1 + below(24);
  made.engine.max_pending_bytes = below(2) == 0 ? 1 + below(3000) : 1 + below(400'000);
  made.engine.max_retrying = 1 + below(8);
  made.engine.max_deliveries = 3 + static_cast<std::uint32_t>(below(8));
  made.engine.msg_timeout = static_cast<engine::time_ns>(1 + below(30)) * ms;
  made.engine.keeps_failures = below(2) == 0;
  made.engine.seed = dice();
  made.oracle.max_deliveries = made.engine.max_deliveries;
  made.oracle.keeps_failures = made.engine.keeps_failures;
  made.source.keeps_failures = made.engine.keeps_failures;
  if (below(3) > 0) made.source.lease = static_cast<engine::time_ns>(20 + below(200)) * ms;
  made.standalone = below(4) == 0;
  made.sink_breaks = static_cast<unsigned>(below(3) * 10);
  return made;
}

} // namespace tempest::simulation
