#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/plugin_kinds.hpp"
#include "cli/commands/plugin_words.hpp"
#include "cli/output/hint.hpp"
#include "cli/output/json.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/base/error.hpp"
#include "runtime/plugin/option_at.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;

struct show_request {
  std::string name;
  std::string format = "text";
};

[[noreturn]] void no_such(const plugin_kind& of, const plugin::catalogue& plugins,
                          const std::string& name) {
  const std::vector<std::string> known = plugins.names(of.kind);
  throw base::failure(base::exit_code::no_input,
                      fmt::format("there is no {} '{}'{}\n`tempest {} list` shows which there are.",
                                  of.one, name, did_you_mean(name, known), of.many));
}

ordered_json option_json(const tempest_option& option) {
  ordered_json made{{"name", option.name},
                    {"type", type_word(option.type)},
                    {"required", is_required(option)},
                    {"default", nullptr}};
  const bool secret = option.type == TEMPEST_OPTION_SECRET;
  if (option.default_value != nullptr && !secret) made["default"] = option.default_value;
  if (option.type == TEMPEST_OPTION_ENUM) {
    made["choices"] = ordered_json::array();
    for (std::uint32_t i = 0; i < option.choice_count; ++i) {
      made["choices"].push_back(option.choices[i]);
    }
  }
  if (plugin::has_bounds(option)) {
    made["minimum"] = option.minimum;
    made["maximum"] = option.maximum;
  }
  made["meaning"] = text_or_empty(option.help);
  return made;
}

ordered_json shown(const plugin_kind& of, const plugin::entry& one) {
  ordered_json made{{"name", one.descriptor->name},
                    {"version", text_or_empty(one.descriptor->version)},
                    {"summary", text_or_empty(one.descriptor->summary)}};
  if (of.kind == TEMPEST_KIND_SOURCE) made["delivery"] = delivery_words(*one.descriptor);
  made["library"] = one.library;
  made["options"] = ordered_json::array();
  for (const tempest_option* option : options_of(*one.descriptor)) {
    made["options"].push_back(option_json(*option));
  }
  return made;
}

void print_text(const plugin_kind& of, const plugin::entry& one) {
  const std::string version = text_or_empty(one.descriptor->version);
  print(fmt::format("{} {}{}", of.one, bold(printable(one.descriptor->name)),
                    version.empty() ? "" : " " + printable(version)));
  print(printable(text_or_empty(one.descriptor->summary)));
  if (of.kind == TEMPEST_KIND_SOURCE) {
    print(fmt::format("Delivery: {} (with default options)", delivery_words(*one.descriptor)));
  }
  if ((one.descriptor->flags & TEMPEST_TASK_SINGLE) != 0 && of.kind == TEMPEST_KIND_TASK) {
    print("Right only with workers = 1.");
  }
  print("Library: " + printable(one.library));
  std::vector<std::vector<std::string>> rows;
  for (const tempest_option* option : options_of(*one.descriptor)) {
    rows.push_back({printable(option->name), type_word(option->type),
                    printable(default_text(*option)), is_required(*option) ? "yes" : "no",
                    printable(meaning_text(*option))});
  }
  if (rows.empty()) return print("\nIt has no options.");
  print("");
  print(table({{"OPTION"}, {"TYPE"}, {"DEFAULT"}, {"REQUIRED"}, {"MEANING"}}, rows,
              stdout_is_terminal() ? terminal_columns() : 0));
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

// The options alone, for a page that says the rest.
void print_markdown(const plugin::entry& one) {
  print("| option | type | default | meaning |\n|---|---|---|---|");
  for (const tempest_option* option : options_of(*one.descriptor)) {
    const std::string given = is_required(*option) ? "required" : default_text(*option);
    const std::string shown = given.empty() || is_required(*option) ? given : "`" + given + "`";
    print(fmt::format("| `{}` | {} | {} | {} |", printable(option->name), type_word(option->type),
                      cell(printable(shown)), cell(printable(meaning_text(*option)))));
  }
}

int show(const plugin_kind& of, const show_request& asked) {
  const plugin::catalogue plugins = find_plugins();
  const plugin::entry* one = plugins.find(of.kind, asked.name);
  if (one == nullptr) no_such(of, plugins, asked.name);
  if (asked.format == "json") {
    print_json({{of.one, shown(of, *one)}});
  } else if (asked.format == "markdown") {
    print_markdown(*one);
  } else {
    print_text(of, *one);
  }
  return 0;
}

} // namespace

verb show_verb(const plugin_kind& of) {
  auto asked = std::make_shared<show_request>();
  const std::string sample = of.kind == TEMPEST_KIND_SOURCE ? "mock"
                             : of.kind == TEMPEST_KIND_SINK ? "file"
                                                            : "split";
  verb made;
  made.name = "show";
  made.summary = fmt::format("Shows every option of a {}: type, default, meaning.", of.one);
  made.arguments = {{"NAME", fmt::format("Name of the {}", of.one), &asked->name, "", {}, true},
                    {"--format",
                     "How to print it: text, json, or its options as a markdown table",
                     &asked->format,
                     "FORMAT",
                     {"text", "json", "markdown"}}};
  made.examples = {
      {fmt::format("tempest {} show {}", of.many, sample), ""},
      {fmt::format("tempest {} show {} --format json", of.many, sample), "for programs"},
      {fmt::format("tempest {} show {} --format markdown", of.many, sample),
       "for a page about it"}};
  made.run = [asked, of] { return show(of, *asked); };
  return made;
}

} // namespace tempest::cli
