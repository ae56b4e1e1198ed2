#include "cli/commands/dead_letter_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/args/key_value.hpp"
#include "cli/output/hint.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/places/project.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"
#include "runtime/config/units.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using base::failure;
using service::stored_entry;

constexpr std::size_t remembered_ids = 200'000;
constexpr std::uint64_t foreign_named = 10;

std::optional<std::uint64_t> parse_limit(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number > 0) return number;
  throw failure(exit_code::usage, fmt::format("--limit takes a number from 1, not '{}'", text));
}

// A moment, or how long ago.
std::optional<std::int64_t> parse_since(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto moment = service::parse_utc_time(text)) return moment;
  if (const auto ago = config::parse_duration_ms(text)) return base::calendar_ms() - *ago;
  throw failure(exit_code::usage,
                fmt::format("--since takes a duration (90s, 2h) or a time in UTC (2026-11-28 or "
                            "2026-11-28T10:15:00Z), not '{}'",
                            text));
}

service::assembly plan_of(const letter_flags& asked) {
  service::assembly_request request;
  request.config_path = asked.config.empty() ? require_topology_file() : asked.config;
  request.overrides = parse_settings(asked.settings);
  request.part.all_tasks = false; // what they are made of need not be there
  service::assembly plan = service::assemble(request);
  if (plan.runnable()) return plan;
  for (const base::problem& problem : plan.found) say(printable(problem.line()));
  throw failure(exit_code::bad_config,
                "the dead letters were not looked at; `tempest check` shows "
                "the same");
}

} // namespace

void add_common_arguments(verb& to, letter_flags& into) {
  to.arguments.insert(
      to.arguments.end(),
      {{"--format", "How to print it: text or json", &into.format, "FORMAT", {"text", "json"}},
       {"--config", "A Topology.toml or its folder (default: the project here)", &into.config,
        "FILE"},
       {"--set", "Overrides a key of the file; may be repeated", &into.settings, "KEY=VALUE"}});
}

void add_filter_arguments(verb& to, letter_flags& into) {
  to.arguments.insert(
      to.arguments.end(),
      {{"--task", "Only letters of that task", &into.task, "NAME"},
       {"--reason", "Only letters whose reason has that text in it", &into.reason, "TEXT"},
       {"--since", "Only letters since then: 2h, 2026-11-28, 2026-11-28T10:15:00Z", &into.since,
        "WHEN"},
       {"--limit", "At most so many", &into.limit, "N"}});
  add_common_arguments(to, into);
}

bool recent_ids::add(const std::string& id) {
  const auto [at, is_new] = known_.insert(id);
  if (!is_new) return false;
  order_.push_back(at);
  if (order_.size() > remembered_ids) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

letter_selection::letter_selection(const letter_flags& asked)
    : ids_(asked.ids.begin(), asked.ids.end()),
      missing_(ids_),
      task_(asked.task),
      reason_(asked.reason),
      since_ms_(parse_since(asked.since)),
      limit_(parse_limit(asked.limit)) {}

letter_selection letter_selection::explicit_only(const letter_flags& asked, const char* verb) {
  const auto refuse = [&](const char* why) {
    throw failure(
        exit_code::usage,
        fmt::format("{}\nRun `tempest dead-letters {} --help` for what there is.", why, verb));
  };
  if (asked.ids.empty() && !asked.all) refuse("which letters? name their ids, or say --all");
  if (!asked.ids.empty() && asked.all) refuse("ids and --all exclude each other");
  const bool filtered =
      !asked.task.empty() || !asked.reason.empty() || !asked.since.empty() || !asked.limit.empty();
  if (!asked.ids.empty() && filtered) {
    refuse("--task, --reason, --since and --limit narrow --all; they do not go with ids");
  }
  return letter_selection(asked);
}

bool letter_selection::admits(const stored_entry& entry) {
  if (!ids_.empty() && !names(entry.id)) return false;
  if (!task_.empty() && entry.letter.task != task_) return false;
  if (!reason_.empty() && entry.letter.reason.find(reason_) == std::string::npos) return false;
  if (since_ms_ && entry.letter.last_ms < *since_ms_) return false;
  if (!taken_.has(entry.id)) {
    if (limit_ && admitted_ >= *limit_) {
      cut_ = true;
      return false;
    }
    ++admitted_;
    taken_.add(entry.id);
  }
  found(entry.id);
  return true;
}

letter_scan::letter_scan(const letter_flags& asked) : plan_(plan_of(asked)) {
  base::configure_log(base::log_level::warn, base::log_format::text);
  base::report_crashes();
  enter_folder(plan_.settings.folder);
  store_.emplace(plan_);
  std::vector<std::string> tasks;
  for (const config::task_settings& task : plan_.settings.tasks) tasks.push_back(task.name);
  if (asked.task.empty() || std::ranges::find(tasks, asked.task) != tasks.end()) return;
  say(fmt::format("topology '{}' has no task '{}' now; letters of one are looked for{}",
                  printable(plan_.settings.name), printable(asked.task),
                  did_you_mean(asked.task, tasks)));
}

bool letter_scan::concerns(const stored_entry& entry, letter_selection& wanted) {
  if (!entry.problem.empty()) {
    if (foreign_too_ && wanted.names(entry.id)) return wanted.admits(entry);
    if (++passed_.foreign <= foreign_named && !named_) {
      say(printable(fmt::format("passed over {}: {}", entry.stored_id, entry.problem)));
    }
    return false;
  }
  if (entry.letter.topology != plan_.settings.name) {
    ++passed_.others;
    return false;
  }
  return wanted.admits(entry);
}

void letter_scan::each_page(letter_selection& wanted,
                            const std::function<bool(const page&)>& take) {
  const base::crash_subject subject(fmt::format(
      "dead-letter sink {} ({})", plan_.settings.dead_letter->type, plan_.dead_letter->library));
  std::vector<stored_entry> entries;
  while (store_->next_page(entries)) {
    page meant;
    for (const stored_entry& one : entries) {
      if (concerns(one, wanted)) meant.push_back(&one);
    }
    if (!take(meant)) return;
  }
}

void letter_scan::start_over() {
  store_.emplace(plan_);
  passed_ = {};
  named_ = true;
}

int letter_scan::finish(const letter_selection& wanted) const {
  if (passed_.foreign > foreign_named) {
    say(fmt::format("passed over {} more that are no dead letters",
                    passed_.foreign - foreign_named));
  }
  if (passed_.others > 0) {
    say(fmt::format("{} of other topologies left alone", counted(passed_.others, "letter")));
  }
  if (wanted.missing().empty()) return 0;
  for (const std::string& id : wanted.missing()) {
    say_error(printable(fmt::format("there is no dead letter '{}'", id)));
  }
  say("`tempest dead-letters list` shows which there are.");
  return static_cast<int>(exit_code::no_input);
}

} // namespace tempest::cli
