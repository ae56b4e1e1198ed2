// Asks an [admin] over HTTP, as the commands do: one question, one answer, one connection.
#pragma once

#include <chrono>
#include <string>

#include "runtime/admin/message.hpp"
#include "runtime/admin/url.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::admin {

struct client_settings {
  url to;
  net::trust trusted; // the token that is told, and the files of TLS
  std::chrono::milliseconds patience{10'000};
};

// What is answered to `method` at `target` ("/api/v1/status?x=1"), whatever its status. Waits for
// it. Throws base::failure: unavailable, when nobody answers there or what comes is no HTTP, with
// what to do; bad_config, when the files of TLS cannot be used.
[[nodiscard]] answer ask(const client_settings& whom, const std::string& method,
                         const std::string& target);

} // namespace tempest::admin
