#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/metrics/builtin.hpp"

namespace tempest::cli {
namespace {

std::vector<std::string> labels_of(const metrics::description& one) {
  std::vector<std::string> made{"topology"};
  if (one.of != metrics::subject::topology) made.emplace_back(word(one.of));
  if (one.label != nullptr) made.emplace_back(one.label);
  return made;
}

std::string joined(const std::vector<std::string>& words) {
  std::string made;
  for (const std::string& one : words) made += (made.empty() ? "" : ", ") + one;
  return made;
}

void print_as_json() {
  using nlohmann::ordered_json;
  ordered_json all = ordered_json::array();
  for (const metrics::description* one : metrics::builtin::all) {
    all.push_back({{"name", one->name},
                   {"type", word(one->type)},
                   {"labels", labels_of(*one)},
                   {"help", one->help}});
  }
  print_json({{"metrics", std::move(all)}});
}

void print_as_markdown() {
  print("| metric | type | labels | meaning |\n|---|---|---|---|");
  for (const metrics::description* one : metrics::builtin::all) {
    print(fmt::format("| `{}` | {} | {} | {} |", one->name, word(one->type),
                      joined(labels_of(*one)), one->help));
  }
}

void print_as_text() {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(metrics::builtin::all.size());
  for (const metrics::description* one : metrics::builtin::all) {
    rows.push_back({one->name, word(one->type), joined(labels_of(*one)), one->help});
  }
  print(table({{"NAME"}, {"TYPE"}, {"LABELS"}, {"MEANING"}}, rows,
              stdout_is_terminal() ? terminal_columns() : 0));
}

} // namespace

verb metrics_list_verb() {
  auto format = std::make_shared<std::string>("text");
  verb made;
  made.name = "list";
  made.summary = "Lists what Tempest counts and measures itself; tasks and plugins add their own.";
  made.arguments = {{"--format",
                     "How to print it: text, json or markdown",
                     format.get(),
                     "FORMAT",
                     {"text", "json", "markdown"}}};
  made.examples = {{"tempest metrics list", ""},
                   {"tempest metrics list --format json", "for programs"}};
  made.run = [format] {
    if (*format == "json") {
      print_as_json();
    } else {
      *format == "markdown" ? print_as_markdown() : print_as_text();
    }
    return 0;
  };
  return made;
}

verb metrics_verb() {
  verb made;
  made.name = "metrics";
  made.summary = "Tells what can be measured.";
  made.children = {metrics_list_verb()};
  made.examples = {{"tempest metrics list", "names, labels and meanings"}};
  return made;
}

} // namespace tempest::cli
