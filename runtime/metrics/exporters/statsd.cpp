#include "runtime/metrics/exporters/statsd.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <prometheus/metric_family.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <system_error>
#include <utility>

#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/metrics/exporters/endpoints.hpp"
#include "runtime/metrics/exporters/wait_for.hpp"

namespace tempest::metrics {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using error_code = boost::system::error_code;

class statsd_exporter final : public exporter {
 public:
  explicit statsd_exporter(statsd_export settings)
      : settings_(std::move(settings)), packets_(settings_.form) {}

  [[nodiscard]] std::string where() const override {
    return "statsd at " + place_text(settings_.host, settings_.port);
  }

  void flush(const families& now, std::int64_t /*time_ms*/, const patience& within) override try {
    if (!socket_.is_open()) open();
    for (const statsd_packets::packet& one : packets_.next(now)) {
      send(one.bytes, within);
      packets_.sent(one);
    }
    say_what_is_too_long();
  } catch (const base::failure&) {
    close(); // its name may stand for another host by now
    throw;
  }

 private:
  void open() {
    error_code error;
    for (const udp::endpoint& place : find_places<udp>(io_, settings_.host, settings_.port)) {
      close();
      socket_.open(place.protocol(), error);
      if (!error) socket_.non_blocking(true, error);
      if (!error) socket_.connect(place, error);
      if (!error) return;
    }
    refuse(error.message());
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

  void send(const std::string& bytes, const patience& within) {
    error_code error;
    do {
      error.clear();
      socket_.send(asio::buffer(bytes), 0, error);
      if (error == asio::error::would_block || error == asio::error::no_buffer_space) {
        if (!wait_for(socket_.native_handle(), POLLOUT, within)) break;
      }
    } while ((error == asio::error::would_block || error == asio::error::no_buffer_space) &&
             !within.is_over());
    if (error == asio::error::message_size) {
      refuse(
          fmt::format("datagrams of {} bytes are too long for the way there: set "
                      "max_datagram_bytes to less",
                      bytes.size()));
    }
    if (error) refuse(error.message());
    hear_of_refusal();
  }

  // Where nobody listens, this host says so at once, and others some time later: of this datagram,
  // or of one before it.
  void hear_of_refusal() {
    int code = 0;
    socklen_t size = sizeof code;
    if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) return;
    if (code != 0) refuse(std::generic_category().message(code));
  }

  void say_what_is_too_long() {
    if (packets_.too_long().empty() || std::exchange(said_too_long_, true)) return;
    base::log(base::log_level::warn,
              fmt::format("max_datagram_bytes of the target {} is {}: lines that are longer are "
                          "left out, as {}",
                          where(), settings_.form.max_datagram_bytes, packets_.too_long()),
              {.topology = settings_.topology});
  }

  const statsd_export settings_;
  statsd_packets packets_;
  asio::io_context io_;
  udp::socket socket_{io_};
  bool said_too_long_ = false;
};

} // namespace

std::unique_ptr<exporter> make_statsd_exporter(statsd_export settings) {
  return std::make_unique<statsd_exporter>(std::move(settings));
}

} // namespace tempest::metrics
