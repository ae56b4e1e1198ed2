#include "runtime/service/sink_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tempest::service {

sink_verdict judge(std::span<const sink_writer> writers) {
  const auto in_trouble = [](const sink_writer& one) { return !one.trouble.empty(); };
  const auto first = std::find_if(writers.begin(), writers.end(), in_trouble);
  if (first == writers.end()) return {};
  const auto count = static_cast<std::size_t>(std::count_if(first, writers.end(), in_trouble));
  sink_verdict made;
  made.away = count == writers.size();
  made.trouble = writers.size() == 1
                     ? fmt::format("task process {}: {}", first->process, first->trouble)
                     : fmt::format("{} of {} task processes, {}{}: {}", count, writers.size(),
                                   count == 1 ? "" : "first ", first->process, first->trouble);
  return made;
}

} // namespace tempest::service
