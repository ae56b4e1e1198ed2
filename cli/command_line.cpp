#include "cli/command_line.hpp"

#include <tempest/version.h>

#include <exception>
#include <new>

#include "cli/args/parse.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

int print_version() {
  print("tempest " TEMPEST_VERSION);
  return 0;
}

int run_words(const std::vector<std::string>& words) {
  bool version_asked = false;
  const verb root = root_verb(version_asked);
  const invocation asked = parse(root, words);
  if (asked.run) return asked.run();
  if (version_asked) return print_version();
  std::string help = asked.help;
  help.erase(help.find_last_not_of('\n') + 1);
  print(help);
  return 0;
}

} // namespace

int run_command_line(const std::vector<std::string>& words) {
  int code = 0;
  try {
    code = run_words(words);
  } catch (const base::failure& error) {
    say_error(printable(error.what()));
    code = static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    say("error: there is no memory to be had; raise its limit (ulimit -v, of the container)");
    code = static_cast<int>(base::exit_code::internal);
  } catch (const std::exception& error) {
    say_error(std::string{"a defect of Tempest itself: "} + printable(error.what()));
    code = static_cast<int>(base::exit_code::internal);
  }
  if (!finish_output()) {
    say_error("standard output could not be written");
    if (code == 0) code = static_cast<int>(base::exit_code::io);
  }
  return code;
}

} // namespace tempest::cli
