#include "runtime/conformance/kit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/case.hpp"
#include "runtime/conformance/plugin_process.hpp"

namespace tempest::conformance {
namespace {

const std::vector<conformance_case>& cases_of(const std::string& kind) {
  return kind == "source" ? source_cases() : sink_cases();
}

case_result run(const conformance_case& one, const subject& what, const settings& given,
                conduct& seen, const going_on& goes_on, const stop_flag& stop,
                std::optional<base::failure>& broken_off) {
  const auto look = [&](std::size_t messages) { goes_on(one.name, messages); };
  look(0);
  case_result made{one.name, one.tried, verdict::ok, {}, 0};
  const std::int64_t begin = base::steady_ns();
  try {
    site at(what, given, one.name, seen, stop, look);
    made.seen = one.run(at);
  } catch (const found& why) {
    made.came_to = verdict::failed;
    made.seen = why.what();
  } catch (const not_applicable& why) {
    made.came_to = verdict::not_tried;
    made.seen = why.what();
  } catch (const base::failure& why) {
    made.came_to = verdict::broken_off;
    made.seen = why.what();
    broken_off = why;
  }
  made.took_ms = (base::steady_ns() - begin) / 1'000'000;
  return made;
}

// Why the plugin cannot be made with the options that there are; empty: it may be.
std::string refusal_of_options(const subject& what, const settings& given, conduct& seen,
                               const going_on& goes_on, const stop_flag& stop) try {
  constexpr const char* name = "options";
  site at(what, given, name, seen, stop, [&](std::size_t messages) { goes_on(name, messages); });
  plugin_process process(at);
  const nlohmann::json problems =
      process.ask({{"do", "bind"}, {"options", process.options()}}).at("problems");
  process.leave();
  return problems.empty() ? std::string{} : problems[0].get<std::string>();
} catch (const found&) {
  return {}; // the cases tell of plugins that break
}

// With no options of its own a plugin that needs some has done nothing wrong; wrong ones are the
// file's fault.
void try_nothing(const std::string& why, const subject& what, const settings& given,
                 plugin_report& into) {
  const bool has_options =
      what.kind == "source" ? given.source.has_value() : given.sink.has_value();
  if (has_options) {
    throw base::failure(base::exit_code::bad_config,
                        fmt::format("[{}] of the file: {}", what.kind, why));
  }
  for (const conformance_case& one : cases_of(what.kind)) {
    into.cases.push_back({one.name, one.tried, verdict::not_tried,
                          fmt::format("{}: give it in [{}] of --config", why, what.kind), 0});
  }
}

// What all cases have seen of its calls.
case_result judged(const conduct& seen, bool tried) {
  case_result made{"contract",
                   "in all of these: no exception out, and the host called only where it may be",
                   verdict::ok, fmt::format("{} calls of the host", seen.calls), 0};
  if (seen.offences.empty() && !tried) {
    made.came_to = verdict::not_tried;
    made.seen = "nothing was tried";
  }
  if (seen.offences.empty()) return made;
  made.came_to = verdict::failed;
  made.seen = fmt::format("{}", fmt::join(seen.offences, "; "));
  return made;
}

} // namespace

std::vector<std::string> case_names(const std::string& kind) {
  std::vector<std::string> made;
  for (const conformance_case& one : cases_of(kind)) made.emplace_back(one.name);
  return made;
}

plugin_report check(const subject& what, const settings& given,
                    const std::vector<std::string>& wanted, const going_on& goes_on,
                    const stop_flag& stop) {
  plugin_report made{what.kind, what.name, {}, {}};
  conduct seen;
  if (const std::string why = refusal_of_options(what, given, seen, goes_on, stop); !why.empty()) {
    try_nothing(why, what, given, made);
    return made;
  }
  for (const conformance_case& one : cases_of(what.kind)) {
    if (made.broken_off) break;
    if (!wanted.empty() && std::ranges::find(wanted, one.name) == wanted.end()) continue;
    made.cases.push_back(run(one, what, given, seen, goes_on, stop, made.broken_off));
  }
  made.cases.push_back(judged(seen, made.tried() > 0));
  return made;
}

} // namespace tempest::conformance
