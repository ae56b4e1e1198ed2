// pause, resume, drain and stop: what a running topology is told.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"

namespace tempest::cli {
namespace {

verb order_verb(const std::string& name, std::string summary, std::vector<example> examples) {
  auto asked = std::make_shared<admin_flags>();
  verb made;
  made.name = name;
  made.summary = std::move(summary);
  made.arguments = place_arguments(*asked);
  made.arguments.push_back(admin_format_argument(*asked));
  made.examples = std::move(examples);
  made.run = [asked, name] {
    ask_admin(*asked, "POST", "/api/v1/" + name,
              [](const nlohmann::ordered_json& said) { print(order_words(said)); });
    return 0;
  };
  return made;
}

} // namespace

verb pause_verb() {
  return order_verb(
      "pause", "Has a running topology read nothing until it is told to resume.",
      {{"tempest pause", "what is in flight goes on"}, {"tempest resume", "reads again"}});
}

verb resume_verb() {
  return order_verb("resume", "Has a paused topology read again.", {{"tempest resume", ""}});
}

verb drain_verb() {
  return order_verb("drain",
                    "Has a running topology read nothing more, finish what is in flight, and end.",
                    {{"tempest drain", "also what waits for its next attempt is finished"},
                     {"tempest stop", "sooner: that goes back to the source"}});
}

verb stop_verb() {
  return order_verb(
      "stop",
      "Ends a running topology, as SIGTERM does: what is not begun goes back to the source.",
      {{"tempest stop", "what is begun may finish, within graceful_shutdown"},
       {"tempest stop --admin http://10.0.0.7:9091", "of another one, on another host"}});
}

} // namespace tempest::cli
