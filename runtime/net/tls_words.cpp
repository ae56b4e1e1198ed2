#include "runtime/net/tls_words.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/ssl/error.hpp>

namespace tempest::net {
namespace {

std::string_view advice_for(long verdict) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "renew it, or set the clock of this host right";
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return "connect by a name that stands in it, or issue one with that name "
             "(subjectAltName)";
    default:
      return "ca of [tls] here must have signed cert of [tls] there";
  }
}

// What this side does not like of the other's certificate.
std::string refused_here(const ssl_st* session, std::string_view expected_name) {
  const long verdict = SSL_get_verify_result(session);
  const char* const why = X509_verify_cert_error_string(verdict);
  const std::string name = verdict == X509_V_ERR_HOSTNAME_MISMATCH
                               ? fmt::format(", it is not for '{}'", expected_name)
                               : std::string();
  return fmt::format("its certificate is not accepted ({}{}): {}", why, name, advice_for(verdict));
}

// What the other side said before it hung up. Its log knows more than an alert can carry.
std::string alert_words(int alert, std::string_view said) {
  const auto refused = [&](std::string_view advice) {
    return fmt::format("it does not accept the certificate of this side ({}): {}", said, advice);
  };
  switch (alert) {
    case SSL_AD_UNKNOWN_CA:
      return refused("ca of [tls] there must have signed cert of [tls] here");
    case SSL_AD_CERTIFICATE_EXPIRED:
      return refused("renew cert of [tls] here, or set the clock there right");
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return refused("its log says why; it may not be for the name that was connected to");
    default:
      return fmt::format("it ended TLS ({}): its log may say why", said);
  }
}

std::string reason_words(int reason, std::string_view said) {
  if (reason >= SSL_AD_REASON_OFFSET) return alert_words(reason - SSL_AD_REASON_OFFSET, said);
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
      return fmt::format("it speaks HTTP, without TLS ({})", said);
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return fmt::format("it shows no certificate ({}): set cert, key and ca of [tls] there", said);
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE:
      return fmt::format("it does not speak TLS 1.2 or newer ({}): does the other side use [tls]?",
                         said);
    default:
      return std::string(said);
  }
}

} // namespace

bool is_of_tls(std::error_code error) {
  const std::error_code any = boost::system::error_code(0, boost::asio::error::get_ssl_category());
  return error.category() == any.category();
}

std::string tls_words(std::error_code error, const ssl_st* session,
                      std::string_view expected_name) {
  if (!is_of_tls(error)) return error.message();
  const auto code = static_cast<unsigned long>(error.value());
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) return refused_here(session, expected_name);
  const char* const said = ERR_reason_error_string(code);
  return reason_words(reason, said == nullptr ? error.message() : std::string(said));
}

} // namespace tempest::net
