#include "runtime/net/listener.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/net/address_words.hpp"
#include "runtime/net/asio.hpp"
#include "runtime/net/stream_transport.hpp"
#include "runtime/net/waiting_notice.hpp"

namespace tempest::net {
namespace {

using asio::ip::tcp;
using local = asio::local::stream_protocol;

constexpr auto pause_without_descriptors = std::chrono::milliseconds(200);
constexpr auto forgotten_trouble = std::chrono::minutes(10); // what comes later is news

[[noreturn]] void refuse(const address& where, const error_code& why) {
  throw base::failure(
      base::exit_code::unavailable,
      fmt::format("cannot listen on {}: {}", where.text(), listen_words(where, why)));
}

// The first address that a name stands for.
tcp::endpoint endpoint_of(asio::io_context& context, const address& where) {
  error_code error;
  const auto number = asio::ip::make_address(where.host, error);
  if (!error) return {number, where.port};
  const auto found = tcp::resolver(context).resolve(where.host, std::to_string(where.port), error);
  if (error || found.empty()) {
    throw base::failure(base::exit_code::unavailable,
                        fmt::format("cannot listen on {}: {}; write a name or number of this host",
                                    where.text(), error.message()));
  }
  return found.begin()->endpoint();
}

// A file, by what it is and not by its name.
struct file_identity {
  dev_t device = 0;
  ino_t number = 0; // 0: there is none
  bool is_socket = false;

  [[nodiscard]] bool operator==(const file_identity&) const = default;
};

file_identity file_at(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  return {found.st_dev, found.st_ino, S_ISSOCK(found.st_mode)};
}

// What a process that died has left behind stands in the way; a living one answers. Connecting to
// a file that is no socket is refused as well: that one belongs to somebody.
void remove_dead_socket(asio::io_context& context, const address& where) {
  const file_identity found = file_at(where.socket_path);
  if (found.number == 0) return;
  if (!found.is_socket) {
    throw base::failure(
        base::exit_code::unavailable,
        fmt::format("cannot listen on {}: that file is no socket; name a path that does not exist, "
                    "or move the file away",
                    where.text()));
  }
  local::socket probe(context);
  error_code error;
  probe.connect(local::endpoint(where.socket_path), error);
  if (error == asio::error::connection_refused) ::unlink(where.socket_path.c_str());
}

} // namespace

class listener::state : public std::enable_shared_from_this<listener::state> {
 public:
  state(loop& serving, address where, std::shared_ptr<asio::ssl::context> tls, accepted handler,
        in_trouble trouble)
      : where_(std::move(where)),
        tls_(std::move(tls)),
        handler_(std::move(handler)),
        trouble_(std::move(trouble)),
        tcp_(io_of(serving)),
        local_(io_of(serving)),
        pause_(serving) {
    if (where_.is_unix()) {
      remove_dead_socket(io_of(serving), where_);
      open(local_, local::endpoint(where_.socket_path));
      bound_ = file_at(where_.socket_path);
    } else {
      open(tcp_, endpoint_of(io_of(serving), where_));
      where_.port = tcp_.local_endpoint().port();
    }
  }

  void accept() { where_.is_unix() ? accept_on(local_) : accept_on(tcp_); }

  void close() {
    closed_ = true;
    error_code ignored;
    tcp_.close(ignored);
    local_.close(ignored);
    pause_.cancel();
    remove_own_socket();
  }

  [[nodiscard]] const address& where() const { return where_; }

 private:
  // Another process may have put something else there meanwhile.
  void remove_own_socket() const {
    if (!where_.is_unix() || bound_.number == 0) return;
    if (file_at(where_.socket_path) == bound_) ::unlink(where_.socket_path.c_str());
  }

  template <typename Acceptor, typename Endpoint>
  void open(Acceptor& acceptor, const Endpoint& at) {
    error_code error;
    acceptor.open(at.protocol(), error);
    if (!error && !where_.is_unix()) {
      acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) acceptor.bind(at, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) refuse(where_, error);
  }

  template <typename Acceptor>
  void accept_on(Acceptor& acceptor) {
    acceptor.async_accept([me = shared_from_this()](const error_code& error, auto socket) {
      if (me->closed_) return;
      if (error && error != asio::error::connection_aborted) return me->pause(error);
      if (!error) me->handler_(me->transport_of(std::move(socket)));
      if (!me->closed_) me->accept();
    });
  }

  // Without a free descriptor it would be told the same again at once.
  void pause(const error_code& why) {
    const std::int64_t now_ns = base::steady_ns();
    if (now_ns - troubled_ns_ > base::nanoseconds(forgotten_trouble)) notice_.over();
    troubled_ns_ = now_ns;
    if (notice_.due(now_ns)) {
      trouble_(fmt::format("cannot accept a connection on {}: {}; it is tried again", where_.text(),
                           accept_words(why)));
    }
    pause_.at(now_ns + base::nanoseconds(pause_without_descriptors),
              [me = shared_from_this()] { me->accept(); });
  }

  std::unique_ptr<transport> transport_of(tcp::socket socket) const {
    error_code error;
    socket.set_option(tcp::no_delay(true), error); // batches are made by us
    const tcp::endpoint peer = socket.remote_endpoint(error);
    return make_transport(std::move(socket), error ? "a peer that is gone" : text_of(peer),
                          role::server, tls_, {});
  }
  std::unique_ptr<transport> transport_of(local::socket socket) const {
    return make_transport(std::move(socket), where_.text(), role::server, tls_, {});
  }

  address where_;
  const std::shared_ptr<asio::ssl::context> tls_;
  const accepted handler_;
  const in_trouble trouble_;
  tcp::acceptor tcp_;
  local::acceptor local_;
  timer pause_;
  file_identity bound_; // the Unix socket that this one has made
  bool closed_ = false;
  waiting_notice notice_;
  std::int64_t troubled_ns_ = 0;
};

listener::listener(loop& serving, const address& where,
                   const std::shared_ptr<asio::ssl::context>& tls, accepted handler,
                   in_trouble trouble)
    : state_(std::make_shared<state>(serving, where, tls, std::move(handler), std::move(trouble))) {
  state_->accept();
}

listener::~listener() {
  state_->close();
}

const address& listener::where() const {
  return state_->where();
}

} // namespace tempest::net
