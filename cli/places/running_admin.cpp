#include "cli/places/running_admin.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/places/project.hpp"
#include "runtime/base/error.hpp"
#include "runtime/config/admin_reader.hpp"
#include "runtime/service/network_check.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using base::exit_code;
using base::failure;

constexpr const char* token_variable = "TEMPEST_ADMIN_TOKEN";
constexpr const char* pass_a_url =
    "pass --admin with where the process answers, which its log says";

struct told {
  std::string file;
  std::string folder; // of the file
  config::admin_settings admin;
};

told read(const std::string& path) {
  std::error_code error;
  told made;
  made.file = fs::is_directory(path, error) ? (fs::path(path) / topology_file).string() : path;
  made.folder = fs::absolute(made.file, error).lexically_normal().parent_path().string();
  base::problems found;
  made.admin = config::admin_of(made.file, found);
  if (!base::has_errors(found)) return made;
  std::string lines;
  for (const base::problem& one : found) lines += one.line() + "\n";
  throw failure(exit_code::bad_config, "[admin] cannot be read:\n" + lines + pass_a_url);
}

// What Topology.toml says, where there is one; one that was named has to be there. Who knows the
// url has no need of a file that happens to be near, and cannot be read.
std::optional<told> find(const std::string& config, bool has_url) {
  if (!config.empty()) return read(config);
  std::error_code error;
  if (!find_project(fs::current_path(error).string())) return std::nullopt;
  try {
    return read(require_topology_file());
  } catch (const failure&) {
    if (has_url) return std::nullopt;
    throw;
  }
}

// A Unix socket's path has to be short.
std::string from_here(const std::string& folder, const std::string& path) {
  std::error_code error;
  const std::string whole = (fs::path(folder) / path).lexically_normal().string();
  const std::string near = fs::path(whole).lexically_proximate(fs::current_path(error)).string();
  return near.size() < whole.size() ? near : whole;
}

admin::url listening_url(const told& from) {
  const std::string& listen = from.admin.topology.address;
  if (listen.empty()) {
    throw failure(exit_code::bad_config,
                  fmt::format("{} has no [admin] with listen, so its process answers nobody: add "
                              "it and start the process anew, or {}",
                              from.file, pass_a_url));
  }
  const auto parsed = net::parse_listening_address(listen);
  if (!parsed) {
    throw failure(exit_code::bad_config,
                  fmt::format("{}: error: listen = \"{}\" of [admin] is no address ({})",
                              from.admin.topology.where.text(), listen,
                              net::address_advice(listen, "write HOST:PORT")));
  }
  admin::url made{*parsed, !from.admin.tls_cert.empty()};
  if (made.place.is_unix()) {
    made.place.socket_path = from_here(from.folder, made.place.socket_path);
  } else if (made.place.port == 0) {
    throw failure(exit_code::bad_config,
                  fmt::format("[admin] of {} takes a free port: {}", from.file, pass_a_url));
  } else if (made.place.host == "0.0.0.0" || made.place.host == "::") {
    made.place.host = "localhost";
  }
  return made;
}

admin::url given_url(const std::string& text, bool has_tls) {
  auto made = admin::parse_url(text);
  if (!made) {
    throw failure(exit_code::usage,
                  fmt::format("--admin: '{}' is no URL; write {}", text, admin::url_forms));
  }
  const bool says_how = text.find("://") != std::string::npos || made->place.is_unix();
  if (!says_how) made->tls = has_tls;
  return *made;
}

std::string token_of_environment() {
  const char* const given = std::getenv(token_variable);
  std::string token = given == nullptr ? "" : given;
  if (const std::string_view fault = config::bearer_fault(token); !fault.empty()) {
    throw failure(exit_code::bad_config,
                  fmt::format("{} {}, which no request can carry: set it without, such as "
                              "{}=\"$(cat FILE)\"",
                              token_variable, fault, token_variable));
  }
  return token;
}

} // namespace

admin::client_settings running_admin(const std::string& url, const std::string& config) {
  admin::client_settings made;
  const std::optional<told> from = find(config, !url.empty());
  if (from) made.trusted = service::trust_of(from->admin, "[admin.tls]");
  if (!url.empty()) {
    made.to = given_url(url, made.trusted.tls.wanted());
  } else if (from) {
    made.to = listening_url(*from);
  } else {
    throw failure(exit_code::no_input,
                  fmt::format("there is no Topology.toml in {} nor above it to say whom to ask; go "
                              "to a project's folder, or {}",
                              fs::current_path().string(), pass_a_url));
  }
  if (made.trusted.token.empty()) made.trusted.token = token_of_environment();
  if (made.to.tls && !made.trusted.tls.wanted()) {
    throw failure(
        exit_code::bad_config,
        "https needs a certificate to show and one to trust: name the Topology.toml whose "
        "[admin.tls] has them with --config");
  }
  return made;
}

} // namespace tempest::cli
