#include "runtime/admin/run_status.hpp"

#include "runtime/admin/api_json.hpp"

namespace tempest::admin {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const source_status& source) {
  return {{"type", source.type},
          {"up", source.up},
          {"trouble", source.trouble},
          {"read", source.read},
          {"acked", source.acked},
          {"failed", source.failed},
          {"returned", source.returned},
          {"gone", source.gone},
          {"withdrawn", source.withdrawn},
          {"unconfirmed", source.unconfirmed},
          {"reconnects", source.reconnects},
          {"read_per_s", source.read_per_s},
          {"acked_per_s", source.acked_per_s}};
}

ordered_json json_of(const in_flight_status& now) {
  return {{"messages", now.messages},
          {"max_messages", now.max_messages},
          {"bytes", now.bytes},
          {"max_bytes", now.max_bytes},
          {"retrying", now.retrying},
          {"max_retrying", now.max_retrying},
          {"dead_letters_waiting", now.dead_letters_waiting},
          {"oldest_age_s", now.oldest_age_s}};
}

ordered_json json_of(const task_status& task) {
  return {{"name", task.name},
          {"trouble", task.trouble},
          {"workers", task.workers},
          {"queued", task.queued},
          {"in_hand", task.in_hand},
          {"succeeded", task.succeeded},
          {"skipped", task.skipped},
          {"failed", task.failed},
          {"rejected", task.rejected},
          {"timed_out", task.timed_out},
          {"outputs", task.outputs},
          {"retries", task.retries},
          {"handled_per_s", task.handled_per_s},
          {"busy", or_null(task.busy)},
          {"p50_s", or_null(task.p50_s)},
          {"p99_s", or_null(task.p99_s)}};
}

ordered_json json_of(const process_status& process) {
  ordered_json tasks = ordered_json::array();
  for (const process_status::task& one : process.tasks) {
    tasks.push_back({{"name", one.name},
                     {"workers", one.workers},
                     {"credit", one.credit},
                     {"in_hand", one.in_hand},
                     {"begun", one.begun},
                     {"handled", one.handled},
                     {"errors", one.errors},
                     {"stuck", one.stuck},
                     {"trouble", one.trouble},
                     {"busy", or_null(one.busy)}});
  }
  return {
      {"name", process.name}, {"connected_s", process.connected_s}, {"tasks", std::move(tasks)}};
}

ordered_json json_of(const std::optional<std::vector<process_status>>& processes) {
  if (!processes) return nullptr;
  ordered_json made = ordered_json::array();
  for (const process_status& one : *processes) made.push_back(json_of(one));
  return made;
}

} // namespace

const char* word(activity state) {
  switch (state) {
    case activity::running:
      return "running";
    case activity::paused:
      return "paused";
    case activity::draining:
      return "draining";
    case activity::stopping:
      return "stopping";
  }
  return "";
}

const char* word(order what) {
  switch (what) {
    case order::pause:
      return "pause";
    case order::resume:
      return "resume";
    case order::drain:
      return "drain";
    case order::stop:
      return "stop";
  }
  return "";
}

std::string to_json(const order_answer& said) {
  ordered_json made = {{"topology", said.topology}, {"state", word(said.state)}};
  if (!said.refusal.empty()) made["error"] = said.refusal;
  return api_text(made);
}

std::string to_json(const run_status& now) {
  ordered_json tasks = ordered_json::array();
  for (const task_status& one : now.tasks) tasks.push_back(json_of(one));
  return api_text({{"topology", now.topology},
                   {"mode", now.mode},
                   {"tempest", now.tempest},
                   {"state", word(now.state)},
                   {"uptime_s", now.uptime_s},
                   {"window_s", now.window_s},
                   {"dead_lettered", now.dead_lettered},
                   {"source", json_of(now.source)},
                   {"in_flight", json_of(now.in_flight)},
                   {"tasks", std::move(tasks)},
                   {"processes", json_of(now.processes)}});
}

} // namespace tempest::admin
