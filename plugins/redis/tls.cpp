#include "plugins/redis/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace redis {

namespace {

using context_ptr = std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)>;

std::string last_error() {
  const char* const said = ERR_reason_error_string(ERR_peek_last_error());
  return said == nullptr ? "no reason is known" : said;
}

void check_readable(const char* option, const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return;
  throw std::invalid_argument(std::string(option) + ": '" + file + "' cannot be read (" +
                              std::generic_category().message(errno) + ")");
}

[[noreturn]] void refuse(const char* option, const std::string& file, const char* what) {
  throw std::invalid_argument(std::string(option) + ": '" + file + "' " + what + " (" +
                              last_error() + ")");
}

// Made anew for each connection, so that a certificate that was renewed is used.
context_ptr make_context(const endpoint& server) {
  ERR_clear_error();
  context_ptr made(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!made) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION);
  // A part is taken as a part, and the rest may have moved until it is offered again.
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  const tls_files& files = *server.tls;
  for (const auto& [option, file] :
       {std::pair("tls_ca", &files.ca), std::pair("tls_cert", &files.cert),
        std::pair("tls_key", &files.key)}) {
    if (!file->empty()) check_readable(option, *file);
  }
  if (files.ca.empty()) {
    SSL_CTX_set_default_verify_paths(made.get());
  } else if (SSL_CTX_load_verify_locations(made.get(), files.ca.c_str(), nullptr) != 1) {
    refuse("tls_ca", files.ca, "holds no certificates of authorities");
  }
  if (files.cert.empty()) return made;
  if (SSL_CTX_use_certificate_chain_file(made.get(), files.cert.c_str()) != 1) {
    refuse("tls_cert", files.cert, "holds no certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(made.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(made.get()) != 1) {
    refuse("tls_key", files.key, "holds no key of that certificate");
  }
  return made;
}

constexpr const char* closed_words = "the server closed the connection";

// OpenSSL's own writes raise SIGPIPE, which is the host's affair.
int send_without_signal(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto fd = static_cast<int>(BIO_get_fd(bio, nullptr));
  const auto sent =
      static_cast<int>(::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL));
  if (sent <= 0 && BIO_sock_should_retry(sent) != 0) BIO_set_retry_write(bio);
  return sent;
}

// One for the life of the process.
const BIO_METHOD* quiet_socket() {
  static const BIO_METHOD* const made = [] {
    const BIO_METHOD* const usual = BIO_s_socket();
    BIO_METHOD* const quiet = BIO_meth_new(BIO_TYPE_SOCKET, "socket without SIGPIPE");
    if (quiet == nullptr) throw std::bad_alloc();
    BIO_meth_set_write(quiet, &send_without_signal);
    BIO_meth_set_read(quiet, BIO_meth_get_read(usual));
    BIO_meth_set_puts(quiet, BIO_meth_get_puts(usual));
    BIO_meth_set_ctrl(quiet, BIO_meth_get_ctrl(usual));
    BIO_meth_set_create(quiet, BIO_meth_get_create(usual));
    BIO_meth_set_destroy(quiet, BIO_meth_get_destroy(usual));
    return quiet;
  }();
  return made;
}

bool is_ip_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

// Whose certificate it has to be: of a name or, since OpenSSL 3.0, of an address. Only names are
// told to the server.
void expect_host(ssl_st* session, const std::string& host) {
  if (SSL_set1_host(session, host.c_str()) != 1) throw std::bad_alloc();
  if (!is_ip_address(host)) SSL_set_tlsext_host_name(session, host.c_str());
}

std::string refused_words(const ssl_st* session, const std::string& host) {
  const long verdict = SSL_get_verify_result(session);
  const std::string why = X509_verify_cert_error_string(verdict);
  const std::string words = "its certificate is not accepted (" + why + "): ";
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return words + "it is not for '" + host + "'; connect by a name that stands in it";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return words + "renew it, or set the clock of this host right";
    default:
      return words + "tls_ca must be the authority that has signed it";
  }
}

// `shows`: whether this side has a certificate.
std::string failure_words(const ssl_st* session, const std::string& host, bool shows) {
  const unsigned long code = ERR_peek_last_error();
  const std::string said = last_error();
  switch (ERR_GET_REASON(code)) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return refused_words(session, host);
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "it does not speak TLS 1.2 or newer on this port (" + said +
             "): name its TLS port, or use redis://";
    case SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_REQUIRED:
    case SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE:
      if (!shows) {
        return "it wants a certificate of this side (" + said + "): set tls_cert and tls_key";
      }
      return "it does not agree (" + said + "): its log may say why";
    case SSL_AD_REASON_OFFSET + SSL_AD_UNKNOWN_CA:
      return "it does not know the authority of tls_cert (" + said + ")";
    case SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_REASON_OFFSET + SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_REASON_OFFSET + SSL_AD_BAD_CERTIFICATE:
      return "it does not accept tls_cert (" + said + "): renew it, or set its clock right";
    default:
      return "TLS failed (" + said + ")";
  }
}

// A plain Redis takes the beginning of TLS for a line that has not ended yet, and says nothing.
bool answers_plainly(const endpoint& server, wakeup& wake, steady::time_point deadline) {
  try {
    socket probe(server);
    probe.open(wake, deadline);
    constexpr std::string_view ping = "PING\r\n";
    if (probe.write(ping.data(), ping.size()) != ping.size()) return false;
    const readiness ready = wait_for(wake, {.fd = probe.fd(), .write = false}, deadline);
    if (ready.interrupted) throw interrupted();
    char first = 0;
    return ready.readable && probe.read(&first, 1).bytes == 1 && (first == '+' || first == '-');
  } catch (const unavailable&) {
    return false;
  }
}

} // namespace

void check_tls_files(const endpoint& server) {
  if (server.tls) (void)make_context(server);
}

tls_session::tls_session(const endpoint& server, const socket& over)
    : server_(server),
      fd_(over.fd()),
      context_(nullptr, &SSL_CTX_free),
      session_(nullptr, &SSL_free) {
  try {
    context_ = make_context(server);
  } catch (const std::invalid_argument& error) {
    throw unavailable(server_, error.what()); // the files were right when this process began
  }
  session_.reset(SSL_new(context_.get()));
  BIO* const bio = session_ ? BIO_new(quiet_socket()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_fd(bio, fd_, BIO_NOCLOSE);
  SSL_set_bio(session_.get(), bio, bio);
  expect_host(session_.get(), server.host);
}

tls_session::~tls_session() = default;

tls_session::wants tls_session::explain(int result, const char* doing) const {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wants::to_read;
    case SSL_ERROR_WANT_WRITE:
      return wants::to_write;
    case SSL_ERROR_ZERO_RETURN:
      throw hung_up(server_, closed_words);
    case SSL_ERROR_SYSCALL:
      if (errno == 0) throw hung_up(server_, closed_words);
      throw_broken(server_, doing, errno);
    default:
      if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        throw hung_up(server_, closed_words);
      }
      throw unavailable(server_,
                        failure_words(session_.get(), server_.host, !server_.tls->cert.empty()));
  }
}

void tls_session::shake_hands(wakeup& wake, steady::time_point deadline) {
  const steady::time_point began = steady::now();
  for (steady::time_point doubt = began + (deadline - began) / 4;;) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_connect(session_.get());
    if (result == 1) return;
    const bool writes = explain(result, "cannot begin TLS") == wants::to_write;
    const readiness ready = wait_for(wake, {.fd = fd_, .write = writes}, doubt);
    if (ready.interrupted) throw interrupted();
    if (!ready.readable && !ready.writable) {
      if (doubt < deadline && !answers_plainly(server_, wake, doubt + (deadline - doubt) / 3)) {
        doubt = deadline;
        continue;
      }
      if (doubt < deadline) {
        throw unavailable(server_,
                          "it speaks no TLS on this port: name its TLS port, or use redis://");
      }
      throw unavailable(server_,
                        "cannot begin TLS in time; if this port is not its TLS port, name that, or "
                        "use redis://");
    }
  }
}

std::size_t tls_session::write(const char* data, std::size_t size) {
  ERR_clear_error();
  errno = 0;
  const std::size_t most = std::min<std::size_t>(size, std::numeric_limits<int>::max());
  const int sent = SSL_write(session_.get(), data, static_cast<int>(most));
  if (sent > 0) return static_cast<std::size_t>(sent);
  (void)explain(sent, "the connection broke");
  return 0;
}

// Only a read that finds nothing says that nothing is here: OpenSSL may hold a part of a record.
arrived tls_session::read(char* into, std::size_t size) {
  ERR_clear_error();
  errno = 0;
  const int got = SSL_read(session_.get(), into, static_cast<int>(size));
  if (got > 0) return {static_cast<std::size_t>(got), false};
  (void)explain(got, "the connection broke");
  return {0, true};
}

} // namespace redis
