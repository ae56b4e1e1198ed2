#include "runtime/service/network_check.hpp"

#include <fmt/format.h>

#include "runtime/metrics/exporters/prometheus_push.hpp"
#include "runtime/net/address.hpp"

namespace tempest::service {
namespace {

void complain(base::problems& found, const base::location& where, std::string text,
              std::string hint) {
  found.push_back({base::severity::error, where, std::move(text), std::move(hint)});
}

void check_tls(const net::tls_files& files, const base::location& where, base::problems& found) {
  try {
    // Which of them is missing is said by whoever has read the file.
    if (!files.key.empty() && !files.ca.empty()) (void)net::make_tls(files);
  } catch (const base::failure& unusable) {
    complain(found, where, unusable.what(), "");
  }
}

// It may hold a password: nothing of it is repeated.
void check_push_uri(const config::metric_target& target, base::problems& found) {
  const std::string fault = metrics::push_uri_fault(target.uri);
  if (fault.empty()) return;
  complain(
      found, target.uri_where, fmt::format("uri of the prometheus_push target {}", fault),
      "write http://HOST:PORT or https://HOST:PORT, and USER:PASSWORD@ before the host where it "
      "asks for that");
}

void check_listener(const config::admin_listener& listener, const char* table,
                    const net::trust& trust, base::problems& found) {
  if (listener.address.empty()) return;
  const auto address = net::parse_listening_address(listener.address);
  if (!address) {
    complain(found, listener.where,
             fmt::format("listen = \"{}\" of {} is no address", listener.address, table),
             net::address_advice(listener.address, fmt::format("write {}", net::address_forms)));
  } else if (!net::may_listen(*address, trust)) {
    complain(found, listener.where,
             fmt::format("{} that listens on {} can be reached from other hosts, by anybody", table,
                         address->text()),
             "set auth_token in [admin], or [admin.tls] with cert, key and ca; or insecure = true "
             "there where the network lets nobody in");
  }
}

} // namespace

net::trust trust_of(const config::trust_settings& given, const std::string& tls_table) {
  return {
      given.auth_token, {given.tls_cert, given.tls_key, given.tls_ca, tls_table}, given.insecure};
}

void check_network(const config::settings& settings, base::problems& found) {
  const config::network_settings& network = settings.network;
  const net::trust trust = trust_of(network);
  check_tls(trust.tls, network.tls_where, found);
  const auto address = net::listening_address(network.host, network.port);
  if (!address) {
    complain(found, network.where, fmt::format("host = \"{}\" is no address", network.host),
             net::address_advice(
                 network.host, "write a name, a number or unix:/path; the port stands under port"));
  } else if (!net::may_listen(*address, trust)) {
    complain(
        found, network.where,
        fmt::format("a topology that listens on {} can be reached from other hosts, by anybody",
                    address->text()),
        "set auth_token, or [tls] with cert, key and ca; or insecure = true where the network "
        "lets nobody in");
  }
}

void check_metric(const config::metric_settings& metric, base::problems& found) {
  for (const config::metric_target& one : metric.targets) {
    if (!one.uri.empty()) check_push_uri(one, found);
    if (one.host.empty()) continue;
    const auto address = net::parse_address(one.host);
    if (address && !address->is_unix()) continue;
    complain(found, one.host_where,
             fmt::format("host = \"{}\" of a target of [metric] is no address", one.host),
             "write HOST:PORT or [IPv6]:PORT");
  }
}

void check_admin(const config::admin_settings& admin, bool of_topology, bool of_tasks,
                 base::problems& found) {
  const net::trust trust = trust_of(admin, "[admin.tls]");
  const bool listens =
      (of_topology && !admin.topology.address.empty()) || (of_tasks && !admin.task.address.empty());
  if (listens) check_tls(trust.tls, admin.tls_where, found);
  if (of_topology) check_listener(admin.topology, "[admin]", trust, found);
  if (of_tasks) check_listener(admin.task, "[admin.task]", trust, found);
}

} // namespace tempest::service
