#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {

verb errors_verb() {
  auto asked = std::make_shared<admin_flags>();
  verb made;
  made.name = "errors";
  made.summary =
      "Lists the last failures of a running topology, those alike as one, the latest first.";
  made.arguments = place_arguments(*asked);
  made.arguments.push_back(admin_format_argument(*asked));
  made.examples = {{"tempest errors", "task, outcome, how often, message, reason"},
                   {"tempest errors --format json", "for programs"},
                   {"tempest dead-letters list", "what became of messages that failed for good"}};
  made.run = [asked] {
    ask_admin(*asked, "GET", "/api/v1/errors", [](const nlohmann::ordered_json& seen) {
      if (seen.at("errors").empty()) return say("nothing has failed since it started");
      print(error_words(seen, stdout_is_terminal() ? terminal_columns() : 0));
    });
    return 0;
  };
  return made;
}

} // namespace tempest::cli
