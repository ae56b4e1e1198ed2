#include "cli/output/status_line.hpp"

#include <fmt/format.h>

#include "cli/output/number.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {
namespace {

double rate(std::uint64_t before, std::uint64_t now, double seconds) {
  return seconds > 0 && now >= before ? static_cast<double>(now - before) / seconds : 0;
}

} // namespace

std::string status_text(const service::run_report& before, const service::run_report& now,
                        std::size_t columns) {
  std::string text = fmt::format("in hand {}", grouped(now.in_flight));
  if (now.has_source) {
    text =
        fmt::format("read {}  in flight {}  acked {}  failed {}", grouped(now.source.read),
                    grouped(now.in_flight), grouped(now.source.acked), grouped(now.source.failed));
  }
  if (now.state != admin::activity::running) text = fmt::format("{}  {}", word(now.state), text);
  if (now.letters_waiting > 0) {
    text += fmt::format("  dead letters waiting {}{}", grouped(now.letters_waiting),
                        now.letters_hold_up ? " (the source is not read)" : "");
  }
  if (now.processes) {
    text += fmt::format(" | {} task processes", grouped(now.processes->connected));
  }
  const double seconds = now.duration_s - before.duration_s;
  for (std::size_t i = 0; i < now.tasks.size(); ++i) {
    const auto& task = now.tasks[i];
    const std::uint64_t earlier = i < before.tasks.size() ? before.tasks[i].inflow : 0;
    text += fmt::format("{}{} {}/s", i == 0 ? " | " : "  ", task.name,
                        grouped_rate(rate(earlier, task.inflow, seconds)));
    if (task.workers == 0) text += " (no worker)";
  }
  return text.size() < columns ? text : text.substr(0, columns > 0 ? columns - 1 : 0);
}

void status_line::update(const service::run_report& now) {
  line_.show(status_text(before_, now, terminal_columns()));
  before_ = now;
}

} // namespace tempest::cli
