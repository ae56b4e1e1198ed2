#include "runtime/net/trust.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <functional>

#include "runtime/base/error.hpp"
#include "runtime/net/tls_words.hpp"

namespace tempest::net {
namespace {

namespace ssl = boost::asio::ssl;

std::array<unsigned char, SHA256_DIGEST_LENGTH> digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> made{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data());
  return made;
}

struct tls_file {
  const std::string& table;
  const char* key; // in it
  const std::string& path;
  std::string_view content; // that it has to have
};

void use(const tls_file& file, const std::function<void(boost::system::error_code&)>& load) {
  boost::system::error_code error;
  load(error);
  if (!error) return;
  std::string why = error.message();
  if (is_of_tls(error)) why += fmt::format("; it has to hold {}", file.content);
  throw base::failure(
      base::exit_code::bad_config,
      fmt::format("{} {} = \"{}\" cannot be used: {}", file.table, file.key, file.path, why));
}

} // namespace

bool may_listen(const address& where, const trust& given) {
  return is_loopback(where) || !given.token.empty() || given.tls.wanted() || given.insecure;
}

bool same_token(std::string_view expected, std::string_view given) {
  const auto ours = digest(expected);
  const auto theirs = digest(given);
  return CRYPTO_memcmp(ours.data(), theirs.data(), ours.size()) == 0;
}

std::shared_ptr<ssl::context> make_tls(const tls_files& files) {
  if (!files.wanted()) return nullptr;
  auto made = std::make_shared<ssl::context>(ssl::context::tls);
  made->set_options(ssl::context::no_sslv2 | ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                    ssl::context::no_tlsv1_1);
  made->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  // OpenSSL would ask on the terminal.
  made->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); });
  use({files.table, "cert", files.cert,
       "a certificate in PEM form, and those that lead to ca behind it"},
      [&](auto& error) { made->use_certificate_chain_file(files.cert, error); });
  use({files.table, "key", files.key, "the key of cert in PEM form, not encrypted"},
      [&](auto& error) { made->use_private_key_file(files.key, ssl::context::pem, error); });
  use({files.table, "ca", files.ca,
       "certificates in PEM form, by which the other side's is signed"},
      [&](auto& error) { made->load_verify_file(files.ca, error); });
  return made;
}

} // namespace tempest::net
