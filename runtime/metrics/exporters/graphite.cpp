#include "runtime/metrics/exporters/graphite.hpp"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <prometheus/metric_family.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/metrics/exporters/block_buffer.hpp"
#include "runtime/metrics/exporters/endpoints.hpp"
#include "runtime/metrics/exporters/wait_for.hpp"

namespace tempest::metrics {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

// A host that is gone without a word: what is sent there is waited for so long.
constexpr int silence_borne_ms = 30'000;
constexpr std::int64_t hangs_up_within_ns = 200'000'000;
constexpr std::size_t piece_bytes = 16'384;
// What waits is to wait here, where it is known of, and not in the system's buffer.
constexpr int system_holds_bytes = 65'536;
using given_up_after = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

class graphite_exporter final : public exporter {
 public:
  explicit graphite_exporter(graphite_export settings)
      : settings_(std::move(settings)),
        lines_(settings_.form),
        buffer_(settings_.max_buffer_bytes) {}

  [[nodiscard]] std::string where() const override {
    return "graphite at " + place_text(settings_.host, settings_.port);
  }

  // Piece by piece, so that of a flush larger than the buffer only what Graphite does not take must
  // wait there.
  void flush(const families& now, std::int64_t time_ms, const patience& within) override {
    const std::string lines = lines_.next(now, time_ms / 1'000);
    std::string_view rest = lines;
    try {
      look_at_connection();
      if (!socket_.is_open()) connect(within);
      write(within); // what waits from before
      while (!rest.empty()) {
        buffer_.add(std::string(take_piece(rest)));
        write(within);
      }
      prove_connection(within);
    } catch (const base::failure&) {
      while (!rest.empty()) buffer_.add(std::string(take_piece(rest)));
      say_what_was_dropped();
      throw;
    }
    say_what_was_dropped();
  }

  // Says that nothing more comes, and waits for Graphite to have read it all. A stranger who never
  // stops talking is listened to now and then.
  void close(const patience& within) override {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    while (!error) {
      if (!wait_for(socket_.native_handle(), POLLIN, within)) refuse("it does not read to the end");
      read(error);
      if (error) break;
      if (within.is_over()) refuse("it talks, and does not hang up");
      std::this_thread::sleep_for(std::chrono::milliseconds(look_at_patience_every_ms));
    }
    disconnect();
    if (error != asio::error::eof) refuse(error.message());
  }

 private:
  // The lines in front that are one block of the buffer.
  [[nodiscard]] std::string_view take_piece(std::string_view& rest) const {
    const std::size_t most = std::min(piece_bytes, settings_.max_buffer_bytes);
    std::size_t end = rest.size();
    if (end > most) {
      const std::size_t last = rest.rfind('\n', most - 1);
      end = last == std::string_view::npos ? rest.find('\n') + 1 : last + 1;
    }
    const std::string_view piece = rest.substr(0, end);
    rest.remove_prefix(end);
    return piece;
  }

  void connect(const patience& within) {
    error_code error;
    for (const tcp::endpoint& place : find_places<tcp>(io_, settings_.host, settings_.port)) {
      disconnect();
      connect(place, within, error);
      if (!error) return;
    }
    disconnect();
    refuse(error.message());
  }

  void connect(const tcp::endpoint& place, const patience& within, error_code& error) {
    socket_.open(place.protocol(), error);
    if (!error) socket_.set_option(given_up_after(silence_borne_ms), error);
    if (!error) socket_.set_option(asio::socket_base::send_buffer_size(system_holds_bytes), error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) socket_.connect(place, error);
    if (error != asio::error::in_progress && error != asio::error::would_block) return;
    if (!wait_for(socket_.native_handle(), POLLOUT, within)) {
      error = asio::error::timed_out;
      return;
    }
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &code, &size);
    error.assign(code, boost::system::system_category());
  }

  // One that accepts and hangs up, such as a balancer with nobody behind it, does so at once: what
  // it took has not arrived.
  void prove_connection(const patience& within) {
    if (std::exchange(proved_, true)) return;
    patience short_while;
    short_while.begins(hangs_up_within_ns);
    short_while.ends_at(within.until_ns());
    if (!wait_for(socket_.native_handle(), POLLIN, short_while)) return;
    error_code error;
    read(error);
    if (!error) return;
    disconnect();
    refuse("it hangs up: " + error.message());
  }

  void disconnect() {
    proved_ = false;
    error_code ignored;
    socket_.close(ignored);
    buffer_.start_over();
  }

  // What it says, which is nothing, until it says no more for now; of a stranger who never ends, no
  // more than that.
  void read(error_code& error) {
    std::array<char, 4096> thrown_away{};
    for (int times = 0; times < 16 && !error; ++times) {
      socket_.read_some(asio::buffer(thrown_away), error);
    }
    if (error == asio::error::would_block) error.clear();
  }

  // Whether Graphite has hung up shows when one listens to it. What its system has taken by now
  // counts as arrived.
  void look_at_connection() {
    if (!socket_.is_open()) return;
    error_code error;
    read(error);
    if (error) return disconnect();
    int unsent = 0;
    const bool known = ::ioctl(socket_.native_handle(), SIOCOUTQ, &unsent) == 0;
    if (known && unsent == 0) buffer_.arrived();
  }

  void write(const patience& within) {
    error_code error;
    while (!buffer_.next().empty()) {
      const std::size_t taken = socket_.write_some(asio::buffer(buffer_.next()), error);
      if (!error) {
        buffer_.written(taken);
      } else if (error != asio::error::would_block) {
        disconnect();
        refuse(error.message());
      } else if (!wait_for(socket_.native_handle(), POLLOUT, within)) {
        refuse("it takes no more for now");
      }
    }
  }

  void say_what_was_dropped() {
    if (buffer_.dropped() == 0 || std::exchange(said_dropped_, true)) return;
    base::log(base::log_level::warn,
              fmt::format("max_buffer_bytes of the target {} is {}: the oldest metrics that wait "
                          "for it are dropped",
                          where(), settings_.max_buffer_bytes),
              {.topology = settings_.topology});
  }

  const graphite_export settings_;
  graphite_lines lines_;
  block_buffer buffer_;
  asio::io_context io_;
  tcp::socket socket_{io_};
  bool proved_ = false; // the connection
  bool said_dropped_ = false;
};

} // namespace

std::unique_ptr<exporter> make_graphite_exporter(graphite_export settings) {
  return std::make_unique<graphite_exporter>(std::move(settings));
}

} // namespace tempest::metrics
