// What Topology.toml says of the network, checked and in the words of the room that opens sockets.
#pragma once

#include "runtime/config/settings.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::service {

[[nodiscard]] net::trust trust_of(const config::trust_settings& given,
                                  const std::string& tls_table = "[tls]");

// Whether the address is one and may be listened on, and whether the files of [tls] can be used.
// Opens no socket.
void check_network(const config::settings& settings, base::problems& found);
// The same of [admin] and [admin.task], as far as this process listens there.
void check_admin(const config::admin_settings& admin, bool of_topology, bool of_tasks,
                 base::problems& found);
// Whether the targets of [metric] are where something can be sent.
void check_metric(const config::metric_settings& metric, base::problems& found);

} // namespace tempest::service
