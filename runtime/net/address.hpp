// Where a topology listens and a task process connects to. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tempest::net {

struct address {
  std::string host;        // a name or a number; empty for a Unix socket
  std::uint16_t port = 0;  // 0 = a free one, where listening
  std::string socket_path; // of a Unix socket; empty for TCP

  // "db-1:8765", "[::1]:8765", "unix:/run/shop.sock": what parse_address takes.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_unix() const { return !socket_path.empty(); }
  friend bool operator==(const address&, const address&) = default;
};

inline constexpr std::string_view address_forms = "HOST:PORT, [IPv6]:PORT or unix:/path";

// Empty when it is none of address_forms.
[[nodiscard]] std::optional<address> parse_address(std::string_view text);

// The same, where to listen: port 0, a free one, is an address too.
[[nodiscard]] std::optional<address> parse_listening_address(std::string_view text);

// As `host` and `port` of Topology.toml name it: a host is a name, a number (IPv6 with or without
// brackets) or unix:/path. Empty when it cannot be one.
[[nodiscard]] std::optional<address> listening_address(std::string_view host, std::uint16_t port);

// What to write instead of a text that is no address; `otherwise` where it is not even a Unix
// socket's.
[[nodiscard]] std::string address_advice(std::string_view text, std::string_view otherwise);

// Whether only processes of this host can reach it. A name other than localhost counts as
// reachable from elsewhere.
[[nodiscard]] bool is_loopback(const address& where);

} // namespace tempest::net
