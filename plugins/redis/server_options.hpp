// The options that sources and sinks share: where the server is, and how it is reached.
#pragma once

#include <tempest/options.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "plugins/redis/uri.hpp"

namespace redis {

inline constexpr std::int64_t hour_ms = 3'600'000;

[[nodiscard]] inline auto uri_option() {
  return tempest::option<tempest::secret>(
             "uri",
             "redis://[user:password@]host[:port][/database]; rediss:// the same over TLS; "
             "redis+unix://[user:password@]/path[?db=database] a socket in the file system.")
      .required();
}
[[nodiscard]] inline auto tls_ca_option() {
  return tempest::option<std::string>(
             "tls_ca",
             "With rediss://, a file with the certificates of the authorities "
             "that may sign the server's; by default those of the system.")
      .by_default("");
}
[[nodiscard]] inline auto tls_cert_option() {
  return tempest::option<std::string>(
             "tls_cert",
             "With rediss://, a file with the certificate, and its chain, to show "
             "to a server that asks for one.")
      .by_default("");
}
[[nodiscard]] inline auto tls_key_option() {
  return tempest::option<std::string>("tls_key", "The file with the key of tls_cert.")
      .by_default("");
}
[[nodiscard]] inline auto timeout_option() {
  return tempest::option<std::chrono::milliseconds>(
             "timeout",
             "How long connecting may take, or the server may be silent before it has answered.")
      .by_default("10s")
      .between(1, hour_ms);
}

inline void check_not_empty(const char* option, const std::string& value) {
  if (value.empty()) throw std::invalid_argument(std::string(option) + " is empty");
}

// `from`: tempest::options or the context of a plugin, which read alike. Throws
// std::invalid_argument with the option's name and what is wrong; never with a secret.
template <typename Values>
endpoint read_server(const Values& from) {
  endpoint server = parse_uri(from.template get<tempest::secret>("uri").text);
  tls_files files{from.template get<std::string>("tls_ca"),
                  from.template get<std::string>("tls_cert"),
                  from.template get<std::string>("tls_key")};
  if (files.cert.empty() != files.key.empty()) {
    throw std::invalid_argument("tls_cert and tls_key belong together, and one of them is missing");
  }
  if (server.tls) {
    server.tls = std::move(files);
  } else if (!files.ca.empty() || !files.cert.empty()) {
    throw std::invalid_argument(
        "there is a file for TLS, and `uri` does not ask for TLS: write rediss:// there");
  }
  return server;
}

} // namespace redis
