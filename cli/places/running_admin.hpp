// Where the [admin] of a running process is that a command asks.
#pragma once

#include <string>

#include "runtime/admin/client.hpp"

namespace tempest::cli {

// `url`: as the user gave it, or empty: what Topology.toml says, be it `config` or that of the
// project around the current folder. Token and TLS are those of Topology.toml, also for a url,
// where it has them; else the token is TEMPEST_ADMIN_TOKEN of the environment. Opens no socket.
// Throws base::failure: usage, when the url is none; no_input, when there is neither a url nor a
// Topology.toml; bad_config, when that does not say where.
[[nodiscard]] admin::client_settings running_admin(const std::string& url,
                                                   const std::string& config);

} // namespace tempest::cli
