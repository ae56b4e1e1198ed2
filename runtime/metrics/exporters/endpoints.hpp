// Where a backend can be reached. For exporters with sockets alone: includes Asio.
#pragma once

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/metrics/exporters/exporter.hpp"

namespace tempest::metrics {

// "127.0.0.1:8125", "[::1]:8125".
[[nodiscard]] inline std::string place_text(const std::string& host, std::uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

// Every endpoint that a name stands for, at least one; a number stands for itself. Takes as long as
// the system takes to say so. Throws base::failure(unavailable).
template <typename Protocol>
std::vector<typename Protocol::endpoint> find_places(boost::asio::io_context& io,
                                                     const std::string& host, std::uint16_t port) {
  boost::system::error_code error;
  const auto number = boost::asio::ip::make_address(host, error);
  if (!error) return {{number, port}};
  typename Protocol::resolver names(io);
  std::vector<typename Protocol::endpoint> made;
  for (const auto& one : names.resolve(host, std::to_string(port), error)) {
    made.push_back(one.endpoint());
  }
  if (error) {
    refuse(fmt::format("nobody knows {}: {}", host, error.message()));
  }
  return made;
}

} // namespace tempest::metrics
