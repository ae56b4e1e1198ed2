#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/args/key_value.hpp"
#include "cli/commands/ask_admin.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/output/standard_streams.hpp"
#include "cli/output/tap_words.hpp"
#include "runtime/admin/message.hpp"
#include "runtime/base/error.hpp"
#include "runtime/config/units.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using nlohmann::ordered_json;

struct tap_request {
  admin_flags whom;
  std::string of;
  std::string count;
  optional_duration during;
  std::vector<std::string> where;
};

std::optional<std::uint64_t> wanted_of(const tap_request& asked) {
  if (asked.count.empty()) return std::nullopt;
  const auto number = config::parse_integer(asked.count);
  if (number && *number >= 1) return static_cast<std::uint64_t>(*number);
  throw base::failure(exit_code::usage,
                      fmt::format("-n: '{}' is no number from 1 on", asked.count));
}

std::string target_of(const tap_request& asked) {
  std::string made = "/api/v1/tap?of=" + admin::query_text(asked.of);
  for (const std::string& one : asked.where) {
    (void)split_key_value(one,
                          "--where takes KEY=VALUE: a header and the value that it has to have");
    made += "&where=" + admin::query_text(one);
  }
  return made;
}

std::string shown(const std::string& format, const ordered_json& seen) {
  if (format == "json") {
    return seen.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }
  return format == "hex" ? tap_hex(seen) : tap_words(seen);
}

// Shows what passes, as far as it is told.
class tap_view {
 public:
  explicit tap_view(const tap_request& asked) : asked_(asked), wanted_(wanted_of(asked)) {}

  int look() {
    event_ear ear;
    ear.during = asked_.during;
    ear.heard = [this](const std::string& kind, const ordered_json& told) {
      return heard(kind, told);
    };
    ear.goes_on = [] { return !stdout_is_gone(); };
    hear_admin(asked_.whom, target_of(asked_), ear);
    if (stdout_is_gone() || !finish_output()) return 0; // who read it has seen enough, or see main
    say_counts();
    return outcome();
  }

 private:
  // What is of no known kind came with a later version.
  bool heard(const std::string& kind, const ordered_json& told) {
    if (told.contains("passed")) passed_ = told.at("passed").get<std::uint64_t>();
    if (kind == "end") end_ = told.at("reason").get<std::string>();
    if (kind != "message") return !end_;
    print(shown(asked_.whom.format, told));
    ++seen_;
    return finish_output() && !is_enough();
  }

  [[nodiscard]] bool is_enough() const { return wanted_ && seen_ >= *wanted_; }

  void say_counts() const {
    if (passed_ <= seen_) return;
    say(fmt::format("showed {} of {} that passed: a sample, so that nothing waits for a tap",
                    grouped(seen_), counted(passed_, "message")));
  }

  [[nodiscard]] int outcome() const {
    if (wanted_ && !is_enough()) {
      say_error(fmt::format("only {} of the {} that were wanted passed before {}",
                            counted(seen_, "message"), grouped(*wanted_), why()));
      return static_cast<int>(exit_code::failure);
    }
    if (end_) {
      say(printable(*end_));
    } else if (seen_ == 0) {
      say(fmt::format("nothing passed before {}", why()));
    }
    return 0;
  }

  [[nodiscard]] std::string why() const {
    return end_ ? "the end: " + printable(*end_) : "the time was up";
  }

  const tap_request& asked_;
  const std::optional<std::uint64_t> wanted_;
  std::uint64_t seen_ = 0;
  std::uint64_t passed_ = 0;
  std::optional<std::string> end_; // the reason
};

} // namespace

verb tap_verb() {
  auto asked = std::make_shared<tap_request>();
  asked->whom.format = "pretty";
  verb made;
  made.name = "tap";
  made.summary =
      "Shows messages of a running topology as they pass, a sample of them where they are many.";
  made.arguments = {
      {"TASK",
       "What its workers are given is shown; FROM:TO: what passes along that edge",
       &asked->of,
       "",
       {},
       true},
      {"-n,--count", "Leave once so many were shown; with 1 when they did not come", &asked->count,
       "N"},
      {"--for", "Leave after that long", &asked->during, "DURATION"},
      {"--where",
       "Only messages with a header KEY of that VALUE, or, for `key`, with that key; may be "
       "repeated: all have to be so",
       &asked->where, "KEY=VALUE"},
      {"--format",
       "How to print them: pretty; json, one a line; hex, with all bytes of the payload",
       &asked->whom.format,
       "FORMAT",
       {"pretty", "json", "hex"}}};
  for (argument& one : place_arguments(asked->whom)) made.arguments.push_back(std::move(one));
  made.examples = {{"tempest tap split", "until Ctrl-C"},
                   {"tempest tap split:store -n 10", "ten of those that split hands on to store"},
                   {"tempest tap split --where tenant=acme --format json > seen.jsonl", ""},
                   {"tempest tap store -n 1 --for 10s", "does anything arrive? 0: yes, 1: no"}};
  made.run = [asked] { return tap_view(*asked).look(); };
  return made;
}

} // namespace tempest::cli
