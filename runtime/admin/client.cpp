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
  // Whether a stream has begun.
  [[nodiscard]] bool is_open() const { return answers_.is_stream(); }
  // What came of it.
  [[nodiscard]] std::string take_body() { return answers_.take_body(); }

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

[[noreturn]] void no_answer_in_time(const client_settings& whom) {
  throw base::failure(
      base::exit_code::unavailable,
      fmt::format("{} has not answered within {} ms; does it hang, or does something else listen "
                  "there?",
                  whom.to.text(), whom.patience.count()));
}

// A question with the loop that it lives in.
class conversation {
 public:
  conversation(const client_settings& whom, const std::string& method, const std::string& target)
      : whom_(whom),
        asked_(std::make_shared<question>(
            loop_, whom, request_bytes(method, target, whom.to.place.text(), whom.trusted.token))) {
    asked_->start();
  }
  ~conversation() {
    asked_->give_up();
    while (loop_.poll()) {
    }
  }
  conversation(const conversation&) = delete;
  conversation& operator=(const conversation&) = delete;

  // Waits for something to come. Throws once nothing has for as long as there is patience.
  void wait(std::int64_t until_ns) {
    const std::int64_t patient_until_ns = heard_ns_ + base::nanoseconds(whom_.patience);
    if (base::steady_ns() >= patient_until_ns) {
      if (!asked_->is_open()) no_answer_in_time(whom_);
      throw base::failure(base::exit_code::unavailable,
                          fmt::format("{} has said nothing for {} ms: it hangs, or the connection "
                                      "was cut",
                                      whom_.to.text(), whom_.patience.count()));
    }
    loop_.wait(std::min(until_ns, patient_until_ns));
  }
  void heard_something() { heard_ns_ = base::steady_ns(); }
  // Throws unless it is all there.
  [[nodiscard]] answer answered() const {
    if (!asked_->is_answered()) nobody_answers(whom_, *asked_);
    return asked_->answered();
  }
  [[noreturn]] void hung_up() const {
    throw base::failure(
        base::exit_code::unavailable,
        fmt::format("{} hung up: its process was killed, or the connection was cut{}",
                    whom_.to.text(), asked_->why().empty() ? "" : " (" + asked_->why() + ")"));
  }
  [[nodiscard]] question& asked() { return *asked_; }

 private:
  const client_settings& whom_;
  net::loop loop_;
  const std::shared_ptr<question> asked_;
  std::int64_t heard_ns_ = base::steady_ns();
};

// Whether the listener wants more of what came.
bool pass_on(event_reader& events, const event_listener& by) {
  while (const auto one = events.next()) {
    if (!by.heard(*one)) return false;
  }
  return by.goes_on();
}

void hear_all(conversation& over, const event_listener& by) {
  const std::int64_t until_ns =
      by.during ? base::steady_ns() + base::nanoseconds(*by.during) : base::never_ns;
  event_reader events;
  for (;;) {
    const bool over_now = over.asked().over(); // before what came last is looked at
    const std::string body = over.asked().take_body();
    if (!body.empty()) {
      over.heard_something();
      events.add(body);
      if (!pass_on(events, by)) return;
    }
    if (over_now || events.is_wrong()) over.hung_up();
    if (base::steady_ns() >= until_ns) return;
    over.wait(until_ns);
  }
}

} // namespace

answer ask(const client_settings& whom, const std::string& method, const std::string& target) {
  conversation one(whom, method, target);
  while (!one.asked().over()) one.wait(base::never_ns);
  return one.answered();
}

answer listen(const client_settings& whom, const std::string& target, const event_listener& by) {
  conversation one(whom, "GET", target);
  while (!one.asked().over() && !one.asked().is_open()) one.wait(base::never_ns);
  if (!one.asked().is_open()) {
    answer said = one.answered();
    if (said.status != 200) return said;
    throw base::failure(
        base::exit_code::unavailable,
        fmt::format("what answers at {} is no Tempest: it tells no events", whom.to.text()));
  }
  one.heard_something();
  hear_all(one, by);
  return {200, {}, {}};
}

} // namespace tempest::admin
