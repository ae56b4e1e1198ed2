// A way to a place where a topology may be.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/net/address.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::net {

// Connects; with `tls`, the handshake is to agree on a session in which the server's certificate is
// for `expected_name`. `handler` is called once, later, within `limit_ms`; on failure with nullptr
// and why.
void dial(loop& serving, const address& place, std::shared_ptr<boost::asio::ssl::context> tls,
          std::string expected_name, std::int64_t limit_ms,
          std::function<void(std::unique_ptr<transport>, std::string why)> handler);

} // namespace tempest::net
