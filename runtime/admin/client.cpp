#include "runtime/admin/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/admin/http.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/net/connector.hpp"
#include "runtime/net/lookup.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::admin {
namespace {

// One question, as far as it came. Kept by whatever is under way.
class question : public std::enable_shared_from_this<question> {
 public:
  question(net::loop& serving, const client_settings& whom, std::string asked)
      : loop_(serving),
        whom_(whom),
        tls_(whom.to.tls ? net::make_tls(whom.trusted.tls) : nullptr),
        asked_(std::move(asked)) {}

  void start() {
    net::look_up(loop_, whom_.to.place, net::ask_system,
                 [me = shared_from_this()](const net::lookup_answer& found) {
                   me->places_ = found.places;
                   me->why_ = found.why;
                   me->dial_next();
                 });
  }
  // Nothing is called any more.
  void give_up() {
    over_ = true;
    if (stream_ != nullptr) stream_->close();
  }

  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool is_answered() const { return answers_.is_complete(); }
  [[nodiscard]] answer answered() const { return answers_.said(); }
  // Why it is not.
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] bool connected() const { return stream_ != nullptr; }
  [[nodiscard]] bool heard_nothing() const { return heard_ == 0; }

 private:
  void dial_next() {
    if (over_) return;
    if (next_ >= places_.size()) {
      over_ = true;
      return;
    }
    net::dial(loop_, places_[next_++], tls_, whom_.to.place.host, whom_.patience.count(),
              [me = shared_from_this()](std::unique_ptr<net::transport> made, std::string why) {
                if (made == nullptr) {
                  me->why_ = std::move(why);
                  return me->dial_next();
                }
                me->stream_ = std::move(made);
                me->agree();
              });
  }
  void agree() {
    stream_->handshake([me = shared_from_this()](std::error_code error, std::size_t /*bytes*/) {
      error ? me->end(error) : me->write();
    });
  }
  void write() {
    const std::span<const char> rest = std::span<const char>(asked_).subspan(written_);
    stream_->write_some(rest, [me = shared_from_this()](std::error_code error, std::size_t bytes) {
      if (error) return me->end(error);
      me->written_ += bytes;
      me->written_ < me->asked_.size() ? me->write() : me->read();
    });
  }
  void read() {
    stream_->read_some(buffer_,
                       [me = shared_from_this()](std::error_code error, std::size_t bytes) {
                         if (error) return me->hung_up(error);
                         me->heard(bytes);
                       });
  }
  void heard(std::size_t bytes) {
    heard_ += bytes;
    unread_.append(buffer_.data(), bytes);
    unread_.erase(0, answers_.read(unread_));
    if (answers_.is_complete() || answers_.is_wrong()) {
      why_ = answers_.fault();
      return give_up();
    }
    read();
  }
  void hung_up(std::error_code error) {
    answers_.end();
    if (!answers_.is_complete()) return end(error);
    give_up();
  }
  void end(std::error_code error) {
    if (over_) return;
    why_ = stream_->explain(error);
    give_up();
  }

  net::loop& loop_;
  const client_settings& whom_;
  const std::shared_ptr<boost::asio::ssl::context> tls_;
  const std::string asked_;
  std::size_t written_ = 0;
  std::vector<net::address> places_;
  std::size_t next_ = 0;
  std::unique_ptr<net::transport> stream_;
  std::array<char, 16384> buffer_{};
  std::string unread_;
  std::size_t heard_ = 0;
  answer_reader answers_;
  std::string why_;
  bool over_ = false;
};

[[noreturn]] void nobody_answers(const client_settings& whom, const question& asked) {
  const std::string at = whom.to.text();
  if (!asked.connected()) {
    throw base::failure(base::exit_code::unavailable,
                        fmt::format("nobody answers at {}: {}; does the process run, and is that "
                                    "its [admin]? Its log says where it answers",
                                    at, asked.why()));
  }
  if (asked.heard_nothing()) {
    throw base::failure(
        base::exit_code::unavailable,
        fmt::format(
            "{} hung up without an answer ({}): is that an [admin], does its process end just "
            "now{}?",
            at, asked.why(),
            whom.to.tls ? "" : ", or is [admin.tls] set, so that the URL begins with https://"));
  }
  throw base::failure(
      base::exit_code::unavailable,
      fmt::format("{} does not speak as an [admin] does: {}{}", at, asked.why(),
                  whom.to.tls ? "" : "; where [admin.tls] is set the URL begins with https://"));
}

} // namespace

answer ask(const client_settings& whom, const std::string& method, const std::string& target) {
  net::loop loop;
  const auto asked = std::make_shared<question>(
      loop, whom, request_bytes(method, target, whom.to.place.text(), whom.trusted.token));
  const std::int64_t deadline_ns = base::steady_ns() + base::nanoseconds(whom.patience);
  asked->start();
  while (!asked->over() && base::steady_ns() < deadline_ns) loop.wait(deadline_ns);
  const bool in_time = asked->over();
  asked->give_up();
  while (loop.poll()) {
  }
  if (asked->is_answered()) return asked->answered();
  if (in_time) nobody_answers(whom, *asked);
  throw base::failure(
      base::exit_code::unavailable,
      fmt::format("{} has not answered within {} ms; does it hang, or does something else listen "
                  "there?",
                  whom.to.text(), whom.patience.count()));
}

} // namespace tempest::admin
