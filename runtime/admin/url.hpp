// Where an [admin] is, as people write it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/net/address.hpp"

namespace tempest::admin {

struct url {
  net::address place;
  bool tls = false;

  // As a browser takes it; "unix:/run/shop.sock" of a Unix socket.
  [[nodiscard]] std::string text() const;
};

inline constexpr std::string_view url_forms =
    "http://HOST:PORT, https://HOST:PORT, HOST:PORT or unix:/path";

// Nothing when it is none of url_forms. The port may be left out behind http:// (80) and https://
// (443), and one slash may follow it.
[[nodiscard]] std::optional<url> parse_url(std::string_view text);

} // namespace tempest::admin
