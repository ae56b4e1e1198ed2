#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/end_signals.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/hint.hpp"
#include "cli/output/json.hpp"
#include "cli/output/lasting_work.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/kit.hpp"
#include "runtime/plugin/search.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using conformance::case_result;
using conformance::plugin_report;
using conformance::settings;
using conformance::subject;
using conformance::verdict;
using nlohmann::ordered_json;

struct plugin_check_request {
  std::string library;
  std::string name;
  std::string config;
  std::vector<std::string> cases;
  std::string format = "text";
};

const char* kind_word(tempest_kind kind) {
  return kind == TEMPEST_KIND_SOURCE ? "source" : "sink";
}

// The library alone, looked at as for `run`.
plugin::catalogue load_library(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    throw base::failure(base::exit_code::no_input, fmt::format("there is no file {}", path));
  }
  plugin::search_places places;
  places.libraries = {fs::absolute(path, error).lexically_normal().string()};
  places.probe_program = plugin::own_folder() + "/tempest-probe";
  plugin::catalogue found = plugin::search(places);
  if (!found.rejected().empty()) {
    const plugin::rejected_library& bad = found.rejected().front();
    throw base::failure(base::exit_code::bad_config,
                        fmt::format("{} cannot be used: {}", bad.path, bad.reason));
  }
  return found;
}

settings settings_of(const std::string& file) {
  if (file.empty()) return {};
  base::problems found;
  settings made = conformance::read_settings(file, found);
  if (!base::has_errors(found)) return made;
  std::string lines;
  for (const base::problem& one : found) lines += (lines.empty() ? "" : "\n") + one.line();
  throw base::failure(base::exit_code::bad_config, lines);
}

// A file with the options of a kind means that kind; without one, all is meant.
bool is_meant(tempest_kind kind, const settings& given) {
  if (!given.source && !given.sink) return true;
  return kind == TEMPEST_KIND_SOURCE ? given.source.has_value() : given.sink.has_value();
}

std::vector<subject> subjects_of(const plugin::catalogue& library, const settings& given,
                                 const plugin_check_request& asked) {
  std::vector<subject> made;
  std::vector<std::string> names;
  for (const tempest_kind kind : {TEMPEST_KIND_SOURCE, TEMPEST_KIND_SINK}) {
    std::size_t of_this = 0;
    for (const plugin::entry& one : library.all(kind)) {
      names.emplace_back(one.descriptor->name);
      if (!asked.name.empty() && asked.name != one.descriptor->name) continue;
      if (!is_meant(kind, given)) continue;
      made.push_back({one.descriptor, plugin::own_folder() + "/tempest-driver", one.library,
                      kind_word(kind), one.descriptor->name});
      ++of_this;
    }
    if (of_this > 1 && !asked.config.empty()) {
      throw base::failure(base::exit_code::usage,
                          fmt::format("which {}? Name one with --name: {}", kind_word(kind),
                                      fmt::join(library.names(kind), ", ")));
    }
  }
  if (!made.empty()) return made;
  throw base::failure(
      base::exit_code::no_input,
      fmt::format("{} has no {}{}", asked.library,
                  asked.name.empty() ? "such source or sink" : "'" + asked.name + "'",
                  did_you_mean(asked.name, names)));
}

void need_known_cases(const std::vector<std::string>& wanted, const std::vector<subject>& plugins) {
  std::vector<std::string> known;
  for (const subject& one : plugins) {
    const auto names = conformance::case_names(one.kind);
    known.insert(known.end(), names.begin(), names.end());
  }
  for (const std::string& one : wanted) {
    if (std::ranges::find(known, one) != known.end()) continue;
    throw base::failure(base::exit_code::usage,
                        fmt::format("there is no case '{}'{}; there are {}", one,
                                    did_you_mean(one, known), fmt::join(known, ", ")));
  }
}

std::string word_of(verdict came_to) {
  switch (came_to) {
    case verdict::ok:
      return "ok";
    case verdict::failed:
      return "FAILED";
    case verdict::broken_off:
      return "BROKEN OFF";
    case verdict::not_tried:
      break;
  }
  return "not tried";
}

// Where the sum does not tell it.
std::string untried_words(const std::vector<plugin_report>& reports) {
  std::vector<std::string> names;
  for (const plugin_report& one : reports) {
    if (one.tried() == 0) names.push_back(fmt::format("{} {}", one.kind, printable(one.name)));
  }
  return names.empty() ? "" : fmt::format("; nothing was tried of {}", fmt::join(names, ", "));
}

void print_sum(const std::vector<plugin_report>& reports, std::size_t failed, std::size_t tried) {
  const std::string sum = fmt::format("{} of {} cases failed", failed, tried);
  if (reports.back().broken_off) {
    print(red(sum + ", then the check was broken off"));
  } else if (tried == 0) {
    print(red("nothing was tried") + ": the table says what is missing");
  } else {
    print((failed == 0 ? green("ok") + ": " + sum : red(sum)) + untried_words(reports));
  }
}

void print_text(const std::vector<plugin_report>& reports) {
  std::size_t failed = 0;
  std::size_t tried = 0;
  for (const plugin_report& report : reports) {
    print(fmt::format("{} {}", report.kind, bold(printable(report.name))));
    std::vector<std::vector<std::string>> rows;
    for (const case_result& one : report.cases) {
      rows.push_back({one.name, word_of(one.came_to), one.tried, printable(one.seen)});
      failed += one.came_to == verdict::failed ? 1 : 0;
    }
    tried += report.tried();
    print(table({{"case"}, {""}, {"tried"}, {"seen"}}, rows,
                stdout_is_terminal() ? terminal_columns() : 0));
  }
  print_sum(reports, failed, tried);
}

void print_for_programs(const std::vector<plugin_report>& reports) {
  ordered_json made{{"plugins", ordered_json::array()}};
  for (const plugin_report& report : reports) {
    ordered_json plugin{{"kind", report.kind},
                        {"name", report.name},
                        {"ok", report.tried() > 0 && !report.failed() && !report.broken_off}};
    plugin["cases"] = ordered_json::array();
    for (const case_result& one : report.cases) {
      plugin["cases"].push_back({{"name", one.name},
                                 {"verdict", word_of(one.came_to)},
                                 {"tried", one.tried},
                                 {"seen", one.seen},
                                 {"took_ms", one.took_ms}});
    }
    made["plugins"].push_back(std::move(plugin));
  }
  print_json(made);
}

std::vector<plugin_report> try_all(const std::vector<subject>& plugins, const settings& given,
                                   const std::vector<std::string>& cases) {
  const end_signals signals;
  std::vector<plugin_report> reports;
  lasting_work work;
  for (const subject& one : plugins) {
    std::string running;
    std::int64_t began_ns = 0;
    const auto goes_on = [&](const std::string& name, std::size_t messages) {
      if (name != running) began_ns = base::steady_ns();
      running = name;
      work.show([&] {
        return fmt::format("{} {}: {}, {} s, {} messages", one.kind, one.name, name,
                           (base::steady_ns() - began_ns) / 1'000'000'000, grouped(messages));
      });
    };
    reports.push_back(conformance::check(one, given, cases, goes_on, signals.came()));
    if (reports.back().broken_off) break;
  }
  conformance::need_go_on(signals.came());
  return reports;
}

int check_plugins(const plugin_check_request& asked) try {
  const plugin::catalogue library = load_library(asked.library);
  const settings given = settings_of(asked.config);
  const std::vector<subject> plugins = subjects_of(library, given, asked);
  need_known_cases(asked.cases, plugins);
  const std::vector<plugin_report> reports = try_all(plugins, given, asked.cases);
  if (asked.format == "json") {
    print_for_programs(reports);
  } else {
    print_text(reports);
  }
  if (reports.back().broken_off) throw base::failure(*reports.back().broken_off);
  const bool failed = std::ranges::any_of(reports, &plugin_report::failed);
  const bool tried = std::ranges::any_of(reports, &plugin_report::tried);
  return static_cast<int>(failed || !tried ? base::exit_code::failure : base::exit_code::ok);
} catch (const conformance::stopped& why) {
  return end_by(why.signal());
}

} // namespace

verb plugin_check_verb() {
  auto asked = std::make_shared<plugin_check_request>();
  verb made;
  made.name = "check";
  made.summary = "Tries whether sources and sinks of a library keep their contract.";
  made.arguments = {
      {"LIBRARY", "The shared object", &asked->library, "", {}, true},
      {"--name", "Only the source and the sink of that name", &asked->name, "NAME"},
      {"--config", "Options, broker and commands, see docs/plugin-check.md", &asked->config,
       "FILE"},
      {"--case", "Only this case; may be repeated", &asked->cases, "CASE"},
      {"--format", "How to print it: text or json", &asked->format, "FORMAT", {"text", "json"}}};
  made.examples = {
      {"tempest plugin check build/libqueue.so", "what can be tried without a broker"},
      {"tempest plugin check build/libqueue.so --config queue.check.toml",
       "against its broker; exit code 1 when a case fails"},
      {"tempest plugin check build/libqueue.so --config queue.check.toml --case cut", ""}};
  made.run = [asked] { return check_plugins(*asked); };
  return made;
}

verb plugin_verb() {
  verb made;
  made.name = "plugin";
  made.summary = "For those who write sources and sinks.";
  made.children = {plugin_check_verb()};
  made.examples = {{"tempest plugin check build/libqueue.so --config queue.check.toml",
                    "whether it keeps its contract"}};
  return made;
}

} // namespace tempest::cli
