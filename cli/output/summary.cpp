#include "cli/output/summary.hpp"

#include <fmt/format.h>

#include "cli/output/number.hpp"
#include "cli/output/table.hpp"

namespace tempest::cli {
namespace {

std::string source_line(const service::source_counts& counts) {
  std::string line =
      fmt::format("source: {} read, {} acknowledged, {} failed", grouped(counts.read),
                  grouped(counts.acked), grouped(counts.failed));
  const auto add = [&](std::uint64_t number, const char* what) {
    if (number > 0) line += fmt::format(", {} {}", grouped(number), what);
  };
  add(counts.dead_lettered, "dead-lettered");
  add(counts.returned, "returned to the source");
  add(counts.abandoned, "abandoned");
  add(counts.withdrawn, "withdrawn (lost to another consumer)");
  add(counts.gone, "gone (no longer known to the broker)");
  return line;
}

} // namespace

std::string summary_text(const service::run_report& report) {
  const double seconds = report.duration_s;
  std::string text = fmt::format("{}: ran {}", report.topology, seconds_text(seconds));
  if (report.has_source) {
    const double read = static_cast<double>(report.source.read);
    text += fmt::format(", {} messages/s\n{}", grouped_rate(seconds > 0 ? read / seconds : 0),
                        source_line(report.source));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& task : report.tasks) {
    rows.push_back({task.name, grouped(task.inflow), grouped(task.handled), grouped(task.skipped),
                    grouped(task.outflow), grouped(task.errors), grouped(task.retries)});
  }
  text += "\n" + table({{"task"},
                        {"in", align::right},
                        {"handled", align::right},
                        {"skipped", align::right},
                        {"out", align::right},
                        {"errors", align::right},
                        {"retries", align::right}},
                       rows);
  if (report.processes) {
    text += fmt::format("\ntask processes: {} joined", grouped(report.processes->joined));
  }
  for (const std::string& reason : report.fatal) text += "\nended early: " + reason;
  return text;
}

} // namespace tempest::cli
