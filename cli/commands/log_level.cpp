#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"

namespace tempest::cli {
namespace {

struct level_request {
  admin_flags whom;
  std::string level;
  optional_duration during;
};

} // namespace

verb log_level_verb() {
  auto asked = std::make_shared<level_request>();
  verb made;
  made.name = "log-level";
  made.summary = "Changes how much a running process logs, for a while or from now on.";
  made.arguments = {
      {"LEVEL",
       "What it logs from now on, and whatever is worse: debug, info, warn, error; or off",
       &asked->level,
       "",
       {"debug", "info", "warn", "error", "off"},
       true},
      {"--for", "Then the level before comes back", &asked->during, "DURATION"}};
  for (argument& one : place_arguments(asked->whom)) made.arguments.push_back(std::move(one));
  made.arguments.push_back(admin_format_argument(asked->whom));
  made.examples = {{"tempest log-level debug --for 5m", "of the topology of this folder"},
                   {"tempest log-level info --admin http://127.0.0.1:9092", "of a task process"}};
  made.run = [asked] {
    std::string target = "/api/v1/log-level?level=" + asked->level;
    if (asked->during) target += fmt::format("&for={}ms", asked->during->count());
    ask_admin(asked->whom, "POST", target,
              [](const nlohmann::ordered_json& said) { print(level_words(said)); });
    return 0;
  };
  return made;
}

} // namespace tempest::cli
