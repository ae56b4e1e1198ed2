#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/commands/verbs.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/places/project.hpp"
#include "cli/project_build/build.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

struct build_request {
  bool release = false;
  bool debug = false;
  bool clean = false;
};

int build(const build_request& asked) {
  if (asked.release && asked.debug) {
    throw base::failure(base::exit_code::usage, "--release and --debug exclude each other");
  }
  const std::string project = require_project();
  if (asked.clean) {
    clean_project(project);
    if (!asked.release && !asked.debug) {
      print("removed what builds had made; `tempest build` makes it again");
      return 0;
    }
  }
  const flavour wanted = asked.debug ? flavour::debug : flavour::release;
  const built_project made = build_project(project, wanted, parts::plugins);
  print(fmt::format("built {} in {} ({}, {})",
                    made.plugins.empty() ? std::string{"no plugin"}
                                         : fmt::format("{}", fmt::join(made.plugins, ", ")),
                    project + "/build", asked.debug ? "debug" : "release",
                    seconds_text(made.seconds)));
  return 0;
}

} // namespace

verb build_verb() {
  auto asked = std::make_shared<build_request>();
  verb made;
  made.name = "build";
  made.summary = "Builds the project's libraries into its build/ folder.";
  made.arguments = {
      {"--release", "Optimised; the default", &asked->release},
      {"--debug", "With checks, for a debugger", &asked->debug},
      {"--clean", "Remove what earlier builds made; with --release or --debug, then build",
       &asked->clean}};
  made.examples = {{"tempest build", "release"},
                   {"tempest build --debug", "objects of both are kept apart"},
                   {"tempest build --clean", ""}};
  made.run = [asked] { return build(*asked); };
  return made;
}

} // namespace tempest::cli
