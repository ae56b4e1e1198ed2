#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/args/key_value.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/table.hpp"
#include "cli/output/terminal.hpp"
#include "cli/places/installation.hpp"
#include "cli/project_build/presets.hpp"
#include "cli/scaffold/render.hpp"
#include "cli/scaffold/templates.hpp"
#include "cli/scaffold/write.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using base::exit_code;
using base::failure;

struct new_request {
  std::string name;
  std::string template_name = "default";
  std::vector<std::string> defines;
  bool list = false;
  bool dry_run = false;
  bool force = false;
};

int list_templates(const std::string& folder) {
  std::vector<std::vector<std::string>> rows;
  std::string variables;
  for (const std::string& name : scaffold::template_names(folder)) {
    const scaffold::manifest one = scaffold::read_template(folder, name);
    rows.push_back({name, one.summary});
    for (const scaffold::variable& variable : one.variables) {
      variables += fmt::format("\n  {}: --define {}=...  {} (default {})", name, variable.name,
                               variable.help, variable.default_value);
    }
  }
  print(table({{"TEMPLATE"}, {"WHAT IT MAKES"}}, rows,
              stdout_is_terminal() ? terminal_columns() : 0));
  if (!variables.empty()) print("\nWhat can be set:" + variables);
  return 0;
}

scaffold::values parse_defines(const std::vector<std::string>& defines) {
  scaffold::values given;
  for (const std::string& define : defines) {
    auto [key, value] = split_key_value(define, fmt::format("--define takes KEY=VALUE, not '{}'",
                                                            define.substr(0, define.find('='))));
    given[std::move(key)] = std::move(value);
  }
  return given;
}

// The project's name is the last part of what was given: `tempest new work/shop` makes work/shop.
std::string project_name(const std::string& given) {
  if (given.empty()) {
    throw failure(exit_code::usage,
                  "tempest new: which name? For example: tempest new shop\n"
                  "Run `tempest new --help` for what there is.");
  }
  std::string name = fs::path(given).lexically_normal().filename().string();
  if (name.empty()) name = fs::path(given).lexically_normal().parent_path().filename().string();
  const std::string wrong = scaffold::wrong_name(name);
  if (!wrong.empty()) {
    throw failure(exit_code::usage,
                  fmt::format("'{}' cannot be a project's name: {}", name, wrong));
  }
  return name;
}

void refuse_overwrite(const std::string& folder, const std::vector<scaffold::file>& files) {
  const std::vector<std::string> found = scaffold::existing(folder, files);
  if (!found.empty()) {
    throw failure(
        exit_code::would_overwrite,
        fmt::format("{}/{}{} already there; nothing was written (--force overwrites)", folder,
                    found.front(),
                    found.size() == 1 ? " is" : fmt::format(" and {} more are", found.size() - 1)));
  }
}

int make_project(const new_request& asked) {
  const installation own = own_installation();
  if (asked.list) return list_templates(own.templates);
  const std::string name = project_name(asked.name);
  const scaffold::manifest from = scaffold::read_template(own.templates, asked.template_name);
  const scaffold::values builtin{{"name", name}, {"identifier", scaffold::identifier_of(name)}};
  auto files = scaffold::render(from, builtin, parse_defines(asked.defines));
  files.push_back({user_presets_file, user_presets(own.prefix)});
  if (asked.dry_run) {
    for (const scaffold::file& one : files) print(fmt::format("{}/{}", asked.name, one.path));
    return 0;
  }
  if (!asked.force) refuse_overwrite(asked.name, files);
  scaffold::write(asked.name, files);
  print(
      fmt::format("Made {} from template {}: {} files.\n\nNext:\n  cd {}\n  tempest build\n"
                  "  tempest test\n  tempest check\n  tempest run standalone",
                  bold(asked.name), from.name, files.size(), asked.name));
  return 0;
}

} // namespace

verb new_verb() {
  auto asked = std::make_shared<new_request>();
  verb made;
  made.name = "new";
  made.summary = "Makes a new project from a template.";
  made.arguments = {
      {"NAME", "Name of the project, or a path that ends with it", &asked->name},
      {"--template", "Which template (default: default)", &asked->template_name, "TEMPLATE"},
      {"--define", "Sets a value of the template; may be repeated", &asked->defines, "KEY=VALUE"},
      {"--dry-run", "Only say which files would be written", &asked->dry_run},
      {"--force", "Overwrite files that are there", &asked->force},
      {"--list", "Show the templates and what can be set in them", &asked->list},
  };
  made.examples = {{"tempest new shop", "a project that runs without a broker"},
                   {"tempest new shop --template redis_stream", "one on a Redis stream"},
                   {"tempest new shop --template redis_stream --define stream=orders", ""},
                   {"tempest new --list", "which templates there are"}};
  made.run = [asked] { return make_project(*asked); };
  return made;
}

} // namespace tempest::cli
