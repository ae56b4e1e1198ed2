#include <fmt/format.h>

#include <memory>

#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/places/project.hpp"
#include "cli/process/child.hpp"
#include "cli/project_build/build.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

struct test_request {
  bool debug = false;
  std::string filter;
};

int test(const test_request& asked) {
  const std::string project = require_project();
  const built_project made =
      build_project(project, asked.debug ? flavour::debug : flavour::release, parts::all);
  std::vector<std::string> words{
      "cmake", "-E", "chdir", made.folder, "ctest", "--output-on-failure", "--no-tests=error"};
  if (!asked.filter.empty()) words.insert(words.end(), {"-R", asked.filter});
  bool none = false;
  const int code = run_child(
      words,
      [&](const std::string& line) {
        none = none || line.find("No tests were found") != std::string::npos;
        if (!none) print(line);
      },
      "it comes with CMake");
  if (none) {
    say_error(
        asked.filter.empty()
            ? "the project has no tests; is GoogleTest installed? (apt-get install libgtest-dev)"
            : fmt::format("no test matches {}", asked.filter));
    return static_cast<int>(base::exit_code::failure);
  }
  return code == 0 ? 0 : static_cast<int>(base::exit_code::failure);
}

} // namespace

verb test_verb() {
  auto asked = std::make_shared<test_request>();
  verb made;
  made.name = "test";
  made.summary = "Builds the project and runs its own tests.";
  made.arguments = {{"--debug", "Those of the debug build", &asked->debug},
                    {"--filter", "Only tests whose name matches", &asked->filter, "REGEX"}};
  made.examples = {{"tempest test", ""}, {"tempest test --filter split", "only those of split"}};
  made.run = [asked] { return test(*asked); };
  return made;
}

} // namespace tempest::cli
