#include "runtime/service/run_report.hpp"

#include <nlohmann/json.hpp>

namespace tempest::service {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const source_counts& source) {
  return {{"read", source.read},           {"acked", source.acked},
          {"failed", source.failed},       {"dead_lettered", source.dead_lettered},
          {"returned", source.returned},   {"abandoned", source.abandoned},
          {"withdrawn", source.withdrawn}, {"gone", source.gone}};
}

} // namespace

std::string to_json(const run_report& report) {
  ordered_json tasks = ordered_json::object();
  for (const task_counts& one : report.tasks) {
    ordered_json& made = tasks[one.name];
    made = {{"inflow", one.inflow},     {"handled", one.handled},    {"skipped", one.skipped},
            {"outflow", one.outflow},   {"errors", one.errors},      {"retries", one.retries},
            {"rejected", one.rejected}, {"timed_out", one.timed_out}};
  }
  ordered_json made = {
      {"version", 1}, {"topology", report.topology}, {"duration_s", report.duration_s}};
  if (report.has_source) made["source"] = to_json(report.source);
  made["tasks"] = std::move(tasks);
  if (report.processes) made["processes"] = report.processes->joined;
  return made.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace tempest::service
