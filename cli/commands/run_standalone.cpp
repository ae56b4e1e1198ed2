#include <memory>

#include "cli/commands/run_and_report.hpp"
#include "cli/commands/verbs.hpp"
#include "runtime/service/standalone.hpp"

namespace tempest::cli {

verb run_standalone_verb() {
  auto asked = std::make_shared<run_flags>();
  verb made;
  made.name = "standalone";
  made.summary = "Runs source, tasks and sinks as threads of one process.";
  made.arguments = run_arguments(*asked);
  made.examples = {
      {"tempest run standalone", "until the source ends or Ctrl-C; a second Ctrl-C leaves at once"},
      {"tempest run standalone --stop-when-idle 2s --report -", "numbers as JSON"},
      {"tempest run standalone --set task.split.workers=4 --set source.config.count=1000", ""},
      {"tempest run standalone --duration 5m --log-format json", ""}};
  made.run = [asked] {
    return run_and_report(*asked, assembly_request_of(*asked), service::run_standalone);
  };
  return made;
}

} // namespace tempest::cli
