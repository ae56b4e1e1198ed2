// What the commands have in common that ask a running process: whom, what it answers, and what is
// said when it does not.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/args/verb.hpp"

namespace tempest::cli {

struct admin_flags {
  std::string url;
  std::string config;
  std::string format = "text";
};

// --admin and --config; --format. They fill `into`, which outlives them.
[[nodiscard]] std::vector<argument> place_arguments(admin_flags& into);
[[nodiscard]] argument admin_format_argument(admin_flags& into);

// Asks and calls `tell` with the JSON that was answered, or prints that for --format json. Throws
// base::failure for everything else than that answer, in words for people: failure, when the
// process says that it will not; unavailable, when it is not there or is no Tempest; bad_config,
// when it wants another token.
void ask_admin(const admin_flags& whom, const std::string& method, const std::string& target,
               const std::function<void(const nlohmann::ordered_json&)>& tell);
// Always calls `tell`.
void ask_admin_json(const admin_flags& whom, const std::string& method, const std::string& target,
                    const std::function<void(const nlohmann::ordered_json&)>& tell);

struct event_ear {
  optional_duration during; // nothing: without an end
  // Of an event: its kind, and what it tells. False: that was enough.
  std::function<bool(const std::string& kind, const nlohmann::ordered_json& told)> heard;
  std::function<bool()> goes_on; // asked at least every few seconds; the same
};

// Listens to the events that are told at `target`, until that is enough or the time is up. Throws
// as ask_admin, but usage when words of `target` mean nothing there; unavailable also when the
// process goes without having told the end.
void hear_admin(const admin_flags& whom, const std::string& target, const event_ear& by);

} // namespace tempest::cli
