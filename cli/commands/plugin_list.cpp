#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/plugin_kinds.hpp"
#include "cli/commands/plugin_words.hpp"
#include "cli/output/json.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;

// Of what was probed and is offered; all else is rejected, with a reason (--all).
constexpr const char* usable = "ready";

struct list_request {
  std::string format = "text";
  bool all = false;
};

ordered_json listed(const plugin_kind& of, const plugin::catalogue& plugins, bool all) {
  ordered_json items = ordered_json::array();
  for (const plugin::entry& one : plugins.all(of.kind)) {
    ordered_json item{{"name", one.descriptor->name},
                      {"version", text_or_empty(one.descriptor->version)},
                      {"summary", text_or_empty(one.descriptor->summary)}};
    if (of.kind == TEMPEST_KIND_SOURCE) item["delivery"] = delivery_words(*one.descriptor);
    item["status"] = usable;
    item["library"] = one.library;
    items.push_back(std::move(item));
  }
  ordered_json whole{{of.many, std::move(items)}};
  if (!all) return whole;
  whole["rejected"] = ordered_json::array();
  for (const auto& library : plugins.rejected()) {
    whole["rejected"].push_back({{"library", library.path}, {"reason", library.reason}});
  }
  whole["notes"] = ordered_json::array();
  for (const base::problem& note : plugins.notes()) whole["notes"].push_back(note.line());
  return whole;
}

void print_table(const plugin_kind& of, const plugin::catalogue& plugins) {
  const bool source = of.kind == TEMPEST_KIND_SOURCE;
  std::vector<std::vector<std::string>> rows;
  for (const plugin::entry& one : plugins.all(of.kind)) {
    std::vector<std::string> row{printable(one.descriptor->name),
                                 printable(text_or_empty(one.descriptor->version))};
    if (source) row.push_back(delivery_words(*one.descriptor));
    row.emplace_back(usable);
    row.push_back(printable(text_or_empty(one.descriptor->summary)));
    rows.push_back(std::move(row));
  }
  std::vector<column> columns{{"NAME"}, {"VERSION"}};
  if (source) columns.push_back({"DELIVERY"});
  columns.push_back({"STATUS"});
  columns.push_back({"WHAT IT DOES"});
  print(table(columns, rows, stdout_is_terminal() ? terminal_columns() : 0));
}

void print_text(const plugin_kind& of, const plugin::catalogue& plugins, bool all) {
  if (plugins.all(of.kind).empty()) {
    say(of.kind == TEMPEST_KIND_TASK
            ? "no tasks here; they are found in a project that was built (`tempest build`)"
            : fmt::format("no {} here; is the installation whole?", of.many));
  } else {
    print_table(of, plugins);
  }
  if (all) {
    for (const auto& library : plugins.rejected()) {
      print(fmt::format("rejected {}: {}", printable(library.path), printable(library.reason)));
    }
    for (const base::problem& note : plugins.notes()) print(printable(note.line()));
    return;
  }
  std::size_t hidden = plugins.notes().size();
  for (const auto& library : plugins.rejected()) hidden += library.matters ? 1 : 0;
  if (hidden == 0) return;
  say(fmt::format("{} not shown; `tempest {} list --all` says why",
                  hidden == 1 ? std::string{"1 finding about libraries"}
                              : fmt::format("{} findings about libraries", hidden),
                  of.many));
}

} // namespace

verb list_verb(const plugin_kind& of) {
  auto asked = std::make_shared<list_request>();
  verb made;
  made.name = "list";
  made.summary = fmt::format("Lists the {} that this folder and the installation offer.", of.many);
  made.arguments = {
      {"--format", "How to print it: text or json", &asked->format, "FORMAT", {"text", "json"}},
      {"--all", "Also show rejected libraries, with the reason", &asked->all}};
  made.examples = {{fmt::format("tempest {} list", of.many), ""},
                   {fmt::format("tempest {} list --all", of.many), "why a library is not used"},
                   {fmt::format("tempest {} list --format json", of.many), "for programs"}};
  made.run = [asked, of] {
    const plugin::catalogue plugins = find_plugins();
    if (asked->format == "json") {
      print_json(listed(of, plugins, asked->all));
    } else {
      print_text(of, plugins, asked->all);
    }
    return 0;
  };
  return made;
}

} // namespace tempest::cli
