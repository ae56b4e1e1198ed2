// host, port, auth_token, insecure and [tls]: how topology and task processes find and trust each
// other.
#pragma once

#include "runtime/config/settings.hpp"
#include "runtime/config/table_reader.hpp"

namespace tempest::config {

// Reads those keys of the top level. `folder`: where relative paths of files start.
void read_network(table_reader& top, const std::string& folder, network_settings& network,
                  base::problems& found);

} // namespace tempest::config
