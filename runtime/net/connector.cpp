#include "runtime/net/connector.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "runtime/net/address_words.hpp"
#include "runtime/net/asio.hpp"
#include "runtime/net/stream_transport.hpp"

namespace tempest::net {
namespace {

using asio::ip::tcp;
using local = asio::local::stream_protocol;
using dialled = std::function<void(std::unique_ptr<transport>, std::string)>;

// One attempt. Lives until its handler was called.
class attempt : public std::enable_shared_from_this<attempt> {
 public:
  attempt(loop& serving, address place, std::shared_ptr<asio::ssl::context> tls, std::string name,
          dialled handler)
      : place_(std::move(place)),
        tls_(std::move(tls)),
        name_(std::move(name)),
        handler_(std::move(handler)),
        socket_(io_of(serving)),
        limit_(io_of(serving)) {}

  void start(std::int64_t limit_ms) {
    limit_.expires_after(std::chrono::milliseconds(limit_ms));
    limit_.async_wait([me = shared_from_this(), limit_ms](const error_code& error) {
      if (!error)
        me->end(fmt::format("no answer within {} ms; does a firewall stand between?", limit_ms));
    });
    error_code error;
    const stream_socket::endpoint_type place = endpoint(error);
    if (error) return end(dial_words(place_, error));
    socket_.async_connect(place, [me = shared_from_this()](const error_code& failed) {
      failed ? me->end(dial_words(me->place_, failed)) : me->connected();
    });
  }

 private:
  [[nodiscard]] stream_socket::endpoint_type endpoint(error_code& error) const {
    if (place_.is_unix()) return local::endpoint(place_.socket_path);
    return tcp::endpoint(asio::ip::make_address(place_.host, error), place_.port);
  }

  void connected() {
    if (handler_ == nullptr) return;
    error_code ignored;
    if (!place_.is_unix()) socket_.set_option(tcp::no_delay(true), ignored);
    made_ = make_transport(std::move(socket_), place_.text(), role::client, tls_, name_);
    end({});
  }

  // The first to call decides.
  void end(const std::string& why) {
    if (handler_ == nullptr) return;
    limit_.cancel();
    error_code ignored;
    socket_.close(ignored);
    std::exchange(handler_, nullptr)(std::move(made_), why);
  }

  const address place_;
  const std::shared_ptr<asio::ssl::context> tls_;
  const std::string name_;
  dialled handler_;
  stream_socket socket_;
  asio::steady_timer limit_;
  std::unique_ptr<transport> made_;
};

} // namespace

void dial(loop& serving, const address& place, std::shared_ptr<asio::ssl::context> tls,
          std::string expected_name, std::int64_t limit_ms, dialled handler) {
  std::make_shared<attempt>(serving, place, std::move(tls), std::move(expected_name),
                            std::move(handler))
      ->start(limit_ms);
}

} // namespace tempest::net
