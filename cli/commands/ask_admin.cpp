#include "cli/commands/ask_admin.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/output/print.hpp"
#include "cli/places/running_admin.hpp"
#include "runtime/admin/client.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using base::failure;
using nlohmann::ordered_json;

constexpr int known_version = 1;
constexpr std::size_t words_shown = 200;   // of what is none of ours
constexpr std::size_t error_shown = 5'000; // it may list what there is

// A text that says what is wrong is told whole.
std::string words_of(const std::string& said) {
  const ordered_json body = ordered_json::parse(said, nullptr, false);
  const bool has_error = body.is_object() && body.contains("error") && body["error"].is_string();
  if (has_error) return base::one_line(body["error"].get<std::string>().substr(0, error_shown));
  return base::one_line(said.substr(0, words_shown));
}

[[noreturn]] void fail_refused(const admin::client_settings& whom, const std::string& target,
                               const admin::answer& said, exit_code for_nonsense) {
  const std::string at = whom.to.text();
  switch (said.status) {
    case 401:
      throw failure(exit_code::bad_config,
                    fmt::format("{} wants {}: auth_token of [admin], or TEMPEST_ADMIN_TOKEN where "
                                "that has none, has to be the one that it was started with",
                                at, whom.trusted.token.empty() ? "a token" : "another token"));
    case 404:
      throw failure(exit_code::unavailable,
                    fmt::format("{} has no {}: it is another version of Tempest, a task process "
                                "(ask its topology), or something else",
                                at, target.substr(0, target.find('?'))));
    case 400:
      throw failure(for_nonsense, words_of(said.body));
    case 409:
      throw failure(exit_code::failure, words_of(said.body));
    default:
      throw failure(exit_code::unavailable,
                    fmt::format("{} answers {}: {}", at, said.status, words_of(said.body)));
  }
}

ordered_json told_object(const admin::client_settings& whom, const std::string& text) {
  ordered_json body = ordered_json::parse(text, nullptr, false);
  if (!body.is_object() || !body.contains("version")) {
    throw failure(exit_code::unavailable, fmt::format("what answers at {} is no Tempest: {}",
                                                      whom.to.text(), words_of(text)));
  }
  if (body["version"] != known_version) {
    throw failure(exit_code::unavailable,
                  fmt::format("{} speaks version {} of its API, this command version {}: use the "
                              "tempest that it was started with",
                              whom.to.text(), body["version"].dump(), known_version));
  }
  return body;
}

void tell_told(const admin::client_settings& whom, const std::function<void()>& tell) {
  try {
    tell();
  } catch (const ordered_json::exception& wrong) {
    throw failure(exit_code::unavailable,
                  fmt::format("{} answers what this version of Tempest does not understand: {}",
                              whom.to.text(), wrong.what()));
  }
}

ordered_json answer_of(const admin::client_settings& whom, const std::string& method,
                       const std::string& target) {
  const admin::answer said = admin::ask(whom, method, target);
  if (said.status != 200) fail_refused(whom, target, said, exit_code::failure);
  return told_object(whom, said.body);
}

} // namespace

std::vector<argument> place_arguments(admin_flags& into) {
  return {{"--admin",
           "Where the process answers: " + std::string(admin::url_forms) +
               "; default: [admin] of Topology.toml",
           &into.url, "URL"},
          {"--config", "The Topology.toml that says where, and has the token; default: the nearest",
           &into.config, "FILE"}};
}

argument admin_format_argument(admin_flags& into) {
  return {"--format", "How to print it: text or json", &into.format, "FORMAT", {"text", "json"}};
}

void ask_admin(const admin_flags& whom, const std::string& method, const std::string& target,
               const std::function<void(const ordered_json&)>& tell) {
  ask_admin_json(whom, method, target, [&](const ordered_json& said) {
    if (whom.format != "json") return tell(said);
    print(said.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  });
}

void ask_admin_json(const admin_flags& whom, const std::string& method, const std::string& target,
                    const std::function<void(const ordered_json&)>& tell) {
  const admin::client_settings settings = running_admin(whom.url, whom.config);
  const ordered_json said = answer_of(settings, method, target);
  tell_told(settings, [&] { tell(said); });
}

void hear_admin(const admin_flags& whom, const std::string& target, const event_ear& by) {
  const admin::client_settings settings = running_admin(whom.url, whom.config);
  admin::event_listener ear;
  ear.during = by.during;
  ear.goes_on = by.goes_on;
  ear.heard = [&](const admin::server_event& one) {
    const ordered_json told = told_object(settings, one.data);
    bool more = true;
    tell_told(settings, [&] { more = by.heard(one.kind, told); });
    return more;
  };
  const admin::answer said = admin::listen(settings, target, ear);
  if (said.status != 200) fail_refused(settings, target, said, exit_code::usage);
}

} // namespace tempest::cli
