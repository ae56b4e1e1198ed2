// Who may be talked to: where a topology may listen, and whether a peer knows its secret.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/net/address.hpp"

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace tempest::net {

// Files in PEM form; all three or none.
struct tls_files {
  std::string cert;
  std::string key;
  std::string ca;              // who signed the other side's certificate
  std::string table = "[tls]"; // of Topology.toml that names them, for people

  [[nodiscard]] bool wanted() const { return !cert.empty(); }
};

struct trust {
  std::string token; // empty: none
  tls_files tls;
  bool insecure = false;
};

// Beyond this host a topology listens only with a secret, with TLS, or when told to do without.
[[nodiscard]] bool may_listen(const address& where, const trust& given);

// All that a peer hears whose token is not the right one. Its own log may say more.
inline constexpr std::string_view token_refusal = "not let in";

// Whether a peer's token is the expected one. Takes as long whatever is different and wherever:
// digests are compared (SHA-256), to their ends.
[[nodiscard]] bool same_token(std::string_view expected, std::string_view given);

// TLS 1.2 or newer in which both sides show a certificate that `ca` has signed; nullptr when none
// is wanted. Throws base::failure(bad_config) that names the file.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_tls(const tls_files& files);

} // namespace tempest::net
