// Ways to a topology: what its name stands for, and a connection to one of these places.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/net/address.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::net {

// Every host that the name stands for, as numbers; a Unix socket stands for itself. `handler` is
// called once, later; on failure with why and nothing else.
void resolve(loop& serving, const address& name,
             std::function<void(std::vector<address> places, std::string why)> handler);

// Connects; with `tls`, the handshake is to agree on a session in which the server's certificate is
// for `expected_name`. `handler` is called once, later, within `limit_ms`; on failure with nullptr
// and why.
void dial(loop& serving, const address& place, std::shared_ptr<boost::asio::ssl::context> tls,
          std::string expected_name, std::int64_t limit_ms,
          std::function<void(std::unique_ptr<transport>, std::string why)> handler);

} // namespace tempest::net
