#include "runtime/net/address.hpp"

#include <sys/un.h>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace tempest::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t longest_name = 253; // RFC 1035, section 2.3.4
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<address> unix_socket(std::string_view path) {
  if (path.empty() || path.size() > longest_path) return std::nullopt;
  return address{{}, 0, std::string(path)};
}

bool is_ipv6(std::string_view host) {
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(std::string(host), error);
  return !error;
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > longest_name) return false;
  return host.find_first_of(" \t\r\n/@,[]") == std::string_view::npos;
}

} // namespace

std::string address::text() const {
  if (is_unix()) return std::string(unix_prefix) + socket_path;
  const bool brackets = host.find(':') != std::string::npos;
  return brackets ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<address> parse_listening_address(std::string_view text) {
  if (text.starts_with(unix_prefix)) return unix_socket(text.substr(unix_prefix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = port_of(text.substr(colon + 1));
  const std::string_view host = text.substr(0, colon);
  if (!port) return std::nullopt;
  if (!host.starts_with('[') && host.find(':') != std::string_view::npos) return std::nullopt;
  return listening_address(host, *port);
}

std::optional<address> parse_address(std::string_view text) {
  const auto parsed = parse_listening_address(text);
  return parsed && !parsed->is_unix() && parsed->port == 0 ? std::nullopt : parsed;
}

std::optional<address> listening_address(std::string_view host, std::uint16_t port) {
  if (host.starts_with(unix_prefix)) return unix_socket(host.substr(unix_prefix.size()));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return std::nullopt;
  }
  const bool colons = host.find(':') != std::string_view::npos;
  if (colons ? !is_ipv6(host) : !is_host(host)) return std::nullopt;
  return address{std::string(host), port, {}};
}

std::string address_advice(std::string_view text, std::string_view otherwise) {
  if (!text.starts_with(unix_prefix)) return std::string(otherwise);
  const std::size_t bytes = text.size() - unix_prefix.size();
  if (bytes == 0) return "the path of the socket follows unix:";
  return fmt::format(
      "the path of a Unix socket has at most {} bytes, this one has {}: choose a "
      "shorter one",
      longest_path, bytes);
}

bool is_loopback(const address& where) {
  if (where.is_unix() || where.host == "localhost") return true;
  boost::system::error_code error;
  const auto number = boost::asio::ip::make_address(where.host, error);
  return !error && number.is_loopback();
}

} // namespace tempest::net
