#include "runtime/net/stream_transport.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <utility>

#include "runtime/net/address.hpp"
#include "runtime/net/tls_words.hpp"

namespace tempest::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

asio::mutable_buffer buffer_of(std::span<char> bytes) {
  return {bytes.data(), bytes.size()};
}

asio::const_buffer buffer_of(std::span<const char> bytes) {
  return {bytes.data(), bytes.size()};
}

// What was written to a Unix socket is the reader's, whatever becomes of the writer.
std::size_t not_acknowledged(stream_socket& over) {
  error_code failed;
  const auto here = over.local_endpoint(failed);
  int bytes = 0;
  if (failed || here.protocol().family() == AF_UNIX) return 0;
  if (::ioctl(over.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

// Holds for this once: see tcp(7), TCP_QUICKACK. A Unix socket has nothing to acknowledge.
void acknowledge_now(stream_socket& over) {
  const int yes = 1;
  (void)::setsockopt(over.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

class plain_transport final : public transport {
 public:
  plain_transport(stream_socket connected, std::string peer)
      : socket_(std::move(connected)), peer_(std::move(peer)) {}

  void handshake(done handler) override { handler({}, 0); }
  void read_some(std::span<char> into, done handler) override {
    socket_.async_read_some(buffer_of(into), std::move(handler));
  }
  void write_some(std::span<const char> from, done handler) override {
    socket_.async_write_some(buffer_of(from), std::move(handler));
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  void end_of_writing() override {
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
  }
  [[nodiscard]] std::size_t on_the_way() override { return not_acknowledged(socket_); }
  void acknowledge() override { acknowledge_now(socket_); }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  stream_socket socket_;
  const std::string peer_;
};

class tls_transport final : public transport {
 public:
  tls_transport(stream_socket connected, std::string peer, role side,
                std::shared_ptr<asio::ssl::context> tls, const std::string& expected_name)
      : tls_(std::move(tls)),
        stream_(std::move(connected), *tls_),
        peer_(std::move(peer)),
        side_(side),
        expected_name_(expected_name) {
    if (side == role::server) return;
    stream_.set_verify_callback([right_name = asio::ssl::host_name_verification(expected_name)](
                                    bool signed_well, asio::ssl::verify_context& context) {
      const bool good = right_name(signed_well, context);
      if (signed_well && !good) {
        X509_STORE_CTX_set_error(context.native_handle(), X509_V_ERR_HOSTNAME_MISMATCH);
      }
      return good;
    });
    // The server may hold certificates for several names.
    SSL_set_tlsext_host_name(stream_.native_handle(), expected_name.c_str());
  }

  void handshake(done handler) override {
    const auto as =
        side_ == role::server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(
        as, [handler = std::move(handler)](const error_code& error) { handler(error, 0); });
  }
  void read_some(std::span<char> into, done handler) override {
    stream_.async_read_some(buffer_of(into), std::move(handler));
  }
  void write_some(std::span<const char> from, done handler) override {
    stream_.async_write_some(buffer_of(from), std::move(handler));
  }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  // Frames say themselves where they end; a cut stream is noticed without TLS's own farewell.
  void end_of_writing() override {
    error_code ignored;
    stream_.next_layer().shutdown(stream_socket::shutdown_send, ignored);
  }
  [[nodiscard]] std::string explain(std::error_code error) const override {
    return tls_words(error, handle_, expected_name_);
  }
  [[nodiscard]] std::size_t on_the_way() override { return not_acknowledged(stream_.next_layer()); }
  void acknowledge() override { acknowledge_now(stream_.next_layer()); }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  const std::shared_ptr<asio::ssl::context> tls_;
  asio::ssl::stream<stream_socket> stream_;
  const SSL* const handle_ = stream_.native_handle();
  const std::string peer_;
  const role side_;
  const std::string expected_name_;
};

} // namespace

std::unique_ptr<transport> make_transport(stream_socket connected, std::string peer, role side,
                                          const std::shared_ptr<asio::ssl::context>& tls,
                                          const std::string& expected_name) {
  if (tls == nullptr) {
    return std::make_unique<plain_transport>(std::move(connected), std::move(peer));
  }
  return std::make_unique<tls_transport>(std::move(connected), std::move(peer), side, tls,
                                         expected_name);
}

std::string text_of(const asio::ip::tcp::endpoint& place) {
  return address{place.address().to_string(), place.port(), {}}.text();
}

} // namespace tempest::net
