// The engine's birth and end, and what it derives from the graph.
#include <algorithm>
#include <utility>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {

engine::engine(engine_settings settings)
    : settings_(std::move(settings)),
      queues_(settings_.tasks.size()),
      suspects_(settings_.tasks.size()),
      random_(settings_.seed) {
  stats_.tasks.resize(settings_.tasks.size());
  for (const task_settings& task : settings_.tasks) {
    most_attempts_ = std::max(most_attempts_, task.policy.attempts);
  }
  order_tasks();
}

engine::~engine() {
  for (std::uint32_t i = 0; i < deliveries_.size(); ++i) {
    if (deliveries_[i].state != delivery_state::free) free_delivery(i);
  }
  for (std::uint32_t i = 0; i < accounts_.size(); ++i) {
    if (accounts_[i].state != account_state::free) holds_.drop(accounts_[i].home);
  }
}

// A task's depth is its longest way from the root, so that a join is deeper than all its parents.
void engine::order_tasks() {
  std::vector<std::uint32_t> depth(settings_.tasks.size(), 0);
  for (std::size_t round = 0; round < settings_.tasks.size(); ++round) {
    for (task_id task = 0; task < settings_.tasks.size(); ++task) {
      for (const task_id child : settings_.tasks[task].children) {
        depth[child] = std::max(depth[child], depth[task] + 1);
      }
    }
  }
  order_.resize(settings_.tasks.size());
  for (task_id task = 0; task < order_.size(); ++task) order_[task] = task;
  std::stable_sort(order_.begin(), order_.end(),
                   [&](task_id a, task_id b) { return depth[a] > depth[b]; });
  longest_path_ = depth.empty() ? 0 : *std::max_element(depth.begin(), depth.end());
}

} // namespace tempest::engine
