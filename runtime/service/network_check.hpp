// What Topology.toml says of the network, checked and in the words of the room that opens sockets.
#pragma once

#include "runtime/config/settings.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::service {

[[nodiscard]] net::trust trust_of(const config::network_settings& network);

// Whether the address is one and may be listened on, and whether the files of [tls] can be used.
// Opens no socket.
void check_network(const config::settings& settings, base::problems& found);

} // namespace tempest::service
