// OpenSSL's reasons come with what to do.
#include "runtime/net/tls_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/error.hpp>

namespace tempest::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::error_code tls_error(int reason) {
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr); // as a first session does
  const unsigned long code = ERR_PACK(ERR_LIB_SSL, 0, static_cast<unsigned long>(reason));
  return boost::system::error_code(static_cast<int>(code), boost::asio::error::get_ssl_category());
}

std::string words(int reason) {
  return tls_words(tls_error(reason), nullptr, {});
}

std::string alert(int number) {
  return words(SSL_AD_REASON_OFFSET + number);
}

TEST(tls_words, name_the_reason_of_openssl_and_what_to_do) {
  EXPECT_THAT(
      words(SSL_R_WRONG_VERSION_NUMBER),
      AllOf(HasSubstr("wrong version number"), HasSubstr("does the other side use [tls]?")));
  EXPECT_THAT(words(SSL_R_HTTP_REQUEST), HasSubstr("it speaks HTTP"));
  EXPECT_THAT(words(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE),
              AllOf(HasSubstr("did not return a certificate"), HasSubstr("set cert, key and ca")));
  EXPECT_EQ(words(SSL_R_NO_SHARED_CIPHER), "no shared cipher");
}

TEST(tls_words, tell_what_the_other_side_did_not_like) {
  EXPECT_THAT(alert(SSL_AD_UNKNOWN_CA),
              AllOf(HasSubstr("unknown ca"), HasSubstr("must have signed cert of [tls] here")));
  EXPECT_THAT(alert(SSL_AD_CERTIFICATE_EXPIRED), AllOf(HasSubstr("expired"), HasSubstr("renew")));
  EXPECT_THAT(alert(SSL_AD_BAD_CERTIFICATE),
              AllOf(HasSubstr("bad certificate"), HasSubstr("its log says why")));
  EXPECT_THAT(alert(SSL_AD_INTERNAL_ERROR),
              AllOf(HasSubstr("internal error"), HasSubstr("its log")));
}

TEST(tls_words, leave_to_the_system_what_is_not_of_tls) {
  const std::error_code reset = std::make_error_code(std::errc::connection_reset);
  EXPECT_FALSE(is_of_tls(reset));
  EXPECT_TRUE(is_of_tls(tls_error(SSL_R_HTTP_REQUEST)));
  EXPECT_EQ(tls_words(reset, nullptr, {}), reset.message());
}

} // namespace
} // namespace tempest::net
