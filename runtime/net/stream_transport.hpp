// How connected sockets become transports. For this room alone: includes Asio.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "runtime/net/transport.hpp"

namespace tempest::net {

using stream_socket = boost::asio::generic::stream_protocol::socket;

enum class role { server, client };

// `tls` may be nullptr, and lives as long as the transport. `expected_name`: of a client, what the
// server's certificate must be for.
[[nodiscard]] std::unique_ptr<transport> make_transport(
    stream_socket connected, std::string peer, role side,
    const std::shared_ptr<boost::asio::ssl::context>& tls, const std::string& expected_name);

// "127.0.0.1:40312", "[::1]:40312".
[[nodiscard]] std::string text_of(const boost::asio::ip::tcp::endpoint& place);

} // namespace tempest::net
