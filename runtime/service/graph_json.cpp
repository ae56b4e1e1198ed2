#include "runtime/service/graph_json.hpp"

#include <nlohmann/json.hpp>

namespace tempest::service {

std::string graph_json(const assembly& plan) {
  using nlohmann::ordered_json;
  ordered_json tasks = ordered_json::array();
  ordered_json edges = ordered_json::array();
  for (const task_plan& one : plan.tasks) {
    tasks.push_back({{"name", one.settings.name},
                     {"type", one.settings.plugin.type},
                     {"sink", one.settings.is_sink},
                     {"workers", one.settings.workers}});
    for (const std::uint32_t child : one.children) {
      edges.push_back({{"from", one.settings.name}, {"to", plan.tasks[child].settings.name}});
    }
  }
  ordered_json made = {{"version", 1},
                       {"topology", plan.settings.name},
                       {"source", {{"type", plan.settings.source.plugin.type}}},
                       {"root", plan.tasks[plan.root].settings.name},
                       {"tasks", std::move(tasks)},
                       {"edges", std::move(edges)},
                       {"dead_letters", nullptr}};
  if (plan.settings.dead_letter) made["dead_letters"] = {{"sink", plan.settings.dead_letter->type}};
  return made.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace tempest::service
