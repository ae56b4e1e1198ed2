#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {

verb status_verb() {
  auto asked = std::make_shared<admin_flags>();
  verb made;
  made.name = "status";
  made.summary = "Tells how a running topology stands: its source, what is in flight, its tasks.";
  made.arguments = place_arguments(*asked);
  made.arguments.push_back(admin_format_argument(*asked));
  made.examples = {
      {"tempest status", "of the topology of this folder"},
      {"tempest status --admin http://10.0.0.7:9091", "of another one, on another host"},
      {"tempest status --format json", "for programs: what /api/v1/status answers"}};
  made.run = [asked] {
    ask_admin(*asked, "GET", "/api/v1/status", [](const nlohmann::ordered_json& status) {
      print(status_words(status, stdout_is_terminal() ? terminal_columns() : 0));
    });
    return 0;
  };
  return made;
}

} // namespace tempest::cli
