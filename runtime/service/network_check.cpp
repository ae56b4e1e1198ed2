#include "runtime/service/network_check.hpp"

#include <fmt/format.h>

#include "runtime/net/address.hpp"

namespace tempest::service {

net::trust trust_of(const config::network_settings& network) {
  return {
      network.auth_token, {network.tls_cert, network.tls_key, network.tls_ca}, network.insecure};
}

void check_network(const config::settings& settings, base::problems& found) {
  const config::network_settings& network = settings.network;
  const auto complain = [&](const base::location& where, std::string text, std::string hint) {
    found.push_back({base::severity::error, where, std::move(text), std::move(hint)});
  };
  const net::trust trust = trust_of(network);
  try {
    // Which of them is missing is said by whoever has read the file.
    if (!trust.tls.key.empty() && !trust.tls.ca.empty()) (void)net::make_tls(trust.tls);
  } catch (const base::failure& unusable) {
    complain(network.tls_where, unusable.what(), "");
  }
  const auto address = net::listening_address(network.host, network.port);
  if (!address) {
    complain(network.where, fmt::format("host = \"{}\" is no address", network.host),
             net::address_advice(
                 network.host, "write a name, a number or unix:/path; the port stands under port"));
  } else if (!net::may_listen(*address, trust)) {
    complain(
        network.where,
        fmt::format("a topology that listens on {} can be reached from other hosts, by anybody",
                    address->text()),
        "set auth_token, or [tls] with cert, key and ca; or insecure = true where the network "
        "lets nobody in");
  }
}

} // namespace tempest::service
