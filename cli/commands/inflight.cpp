#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/output/run_words.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/admin/in_flight.hpp"
#include "runtime/base/error.hpp"
#include "runtime/config/units.hpp"

namespace tempest::cli {
namespace {

struct inflight_request {
  admin_flags whom;
  optional_duration older_than;
  std::string limit;
};

std::string target_of(const inflight_request& asked) {
  std::string made = "/api/v1/inflight";
  char separator = '?';
  if (asked.older_than) {
    made += fmt::format("{}older_than={}ms", separator, asked.older_than->count());
    separator = '&';
  }
  if (asked.limit.empty()) return made;
  const auto limit = config::parse_integer(asked.limit);
  if (!limit || *limit < 1 || *limit > static_cast<std::int64_t>(admin::most_in_flight_rows)) {
    throw base::failure(base::exit_code::usage,
                        fmt::format("--limit: '{}' is no number from 1 to {}", asked.limit,
                                    admin::most_in_flight_rows));
  }
  return made + fmt::format("{}limit={}", separator, *limit);
}

void tell_inflight(const nlohmann::ordered_json& seen) {
  const auto matching = seen.at("matching").get<std::uint64_t>();
  const std::size_t shown = seen.at("deliveries").size();
  if (shown == 0) return say("nothing of that kind is in flight");
  print(in_flight_words(seen, stdout_is_terminal() ? terminal_columns() : 0));
  if (matching > shown) {
    say(fmt::format("the oldest {} of {}; --limit N shows N", grouped(shown), grouped(matching)));
  }
}

} // namespace

verb inflight_verb() {
  auto asked = std::make_shared<inflight_request>();
  verb made;
  made.name = "inflight";
  made.summary =
      "Lists what a running topology has in flight, and what it waits for, oldest first.";
  made.arguments = {
      {"--older-than", "Only messages that were read so long ago", &asked->older_than, "DURATION"},
      {"--limit", "At most so many rows; default: 100", &asked->limit, "N"}};
  for (argument& one : place_arguments(asked->whom)) made.arguments.push_back(std::move(one));
  made.arguments.push_back(admin_format_argument(asked->whom));
  made.examples = {{"tempest inflight", "the 100 oldest"},
                   {"tempest inflight --older-than 5m", "what has been under way for long"},
                   {"tempest inflight --limit 1000 --format json", "for programs"}};
  made.run = [asked] {
    ask_admin(asked->whom, "GET", target_of(*asked), tell_inflight);
    return 0;
  };
  return made;
}

} // namespace tempest::cli
