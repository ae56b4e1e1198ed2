#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"
#include "cli/output/screen.hpp"
#include "cli/output/standard_streams.hpp"
#include "cli/output/terminal.hpp"

namespace tempest::cli {
namespace {

constexpr const char* from_the_top = "\x1b[H\x1b[J"; // of a terminal: to its first line, and clear

struct top_request {
  admin_flags whom;
  optional_duration interval;
  bool once = false;
};

// print() ends the last line, which would scroll the first one away.
screen_size last_row_free(screen_size all) {
  if (all.rows > 1) --all.rows;
  return all;
}

// On a terminal each table takes the place of the one before, elsewhere it follows it.
std::string shown(const top_request& asked, const nlohmann::ordered_json& status) {
  if (asked.whom.format == "json") {
    return status.dump(asked.once ? 2 : -1, ' ', false,
                       nlohmann::ordered_json::error_handler_t::replace);
  }
  const bool terminal = stdout_is_terminal();
  std::string words = top_words(status, terminal ? terminal_columns() : 0);
  if (asked.once) return words;
  return terminal ? from_the_top + fit(words, last_row_free(terminal_size())) : words + "\n";
}

int show(const top_request& asked) {
  constexpr std::chrono::milliseconds usual_interval{1'000};
  for (;;) {
    ask_admin_json(asked.whom, "GET", "/api/v1/status",
                   [&](const nlohmann::ordered_json& status) { print(shown(asked, status)); });
    if (asked.once || !finish_output() || stdout_is_gone()) return 0;
    std::this_thread::sleep_for(asked.interval.value_or(usual_interval));
  }
}

} // namespace

verb top_verb() {
  auto asked = std::make_shared<top_request>();
  verb made;
  made.name = "top";
  made.summary = "Shows what the tasks of a running topology do, again and again until Ctrl-C.";
  made.arguments = {{"--once", "Show it once and leave", &asked->once},
                    {"--interval", "Between two looks; default: 1s", &asked->interval, "DURATION"}};
  for (argument& one : place_arguments(asked->whom)) made.arguments.push_back(std::move(one));
  made.arguments.push_back(admin_format_argument(asked->whom));
  made.examples = {{"tempest top", "rate, queue, busy, how long handlers take, errors"},
                   {"tempest top --once --format json", "for programs: as `tempest status`"},
                   {"tempest top --interval 10s > log", "a table every ten seconds"}};
  made.run = [asked] { return show(*asked); };
  return made;
}

} // namespace tempest::cli
