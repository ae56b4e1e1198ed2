#include "runtime/config/network_reader.hpp"

#include "runtime/config/trust_reader.hpp"

namespace tempest::config {

void read_network(table_reader& top, const std::string& folder, network_settings& network,
                  base::problems& found) {
  top.filled_text("host", network.host, "write an address of this host, or unix:/path");
  top.count("port", 0, 65535, network.port);
  for (const char* key : {"port", "host"}) { // the host's place, when both are given
    if (const value* const given = top.find(key)) network.where = given->where;
  }
  read_trust(top, "[tls]", folder, network, found);
}

} // namespace tempest::config
