#include "runtime/admin/connection.hpp"

#include <utility>

#include "runtime/base/clock.hpp"

namespace tempest::admin {
namespace {

constexpr std::size_t drained_at_most = 1 << 20;
constexpr std::int64_t signs_of_life = 5; // of an idle stream, while a client would have patience

} // namespace

connection::connection(net::loop& serving, std::unique_ptr<net::transport> over,
                       const router& answers, std::chrono::milliseconds patience,
                       std::function<void(std::size_t)> make_room)
    : serving_(serving),
      over_(std::move(over)),
      answers_(answers),
      patience_ns_(base::nanoseconds(patience)),
      make_room_(std::move(make_room)),
      deadline_(serving) {}

void connection::start() {
  set_deadline();
  over_->handshake([me = shared_from_this()](std::error_code error, std::size_t) {
    error ? me->close() : me->wait_for_request();
  });
}

void connection::close() {
  const auto until_the_end = std::move(waiting_);
  stream_ = nullptr;
  deadline_.cancel();
  over_->close();
}

void connection::conclude() {
  if (stream_ == nullptr) return close();
  concluding_ = true;
  if (std::exchange(idle_, false)) tell_more();
}

// Set at the beginning of each step, never by single bytes: who sends one now and then is closed
// all the same.
void connection::set_deadline() {
  deadline_.at(base::steady_ns() + patience_ns_,
               [this] { waiting_ != nullptr ? waited_in_vain() : close(); });
}

void connection::wait_for_request() {
  begun_ = false;
  reader_.emplace();
  set_deadline();
  look();
}

// A client may have sent more than one request at once.
void connection::look() {
  if (unread_.empty()) return read();
  if (!std::exchange(begun_, true)) set_deadline();
  unread_.erase(0, reader_->read(unread_));
  switch (reader_->now()) {
    case request_reader::state::wants_more:
      return read();
    case request_reader::state::refused:
      return say(reader_->refusal(), {}, 11, false);
    case request_reader::state::complete:
      break;
  }
  pass_on(reader_->asked());
}

// What is answered comes back through the loop, from whatever thread.
void connection::pass_on(const request& asked) {
  waiting_ = shared_from_this();
  set_deadline();
  answers_.answer_to(asked, [who = weak_from_this(), door = serving_.door(), method = asked.method,
                             version = asked.version,
                             keep_alive = asked.keep_alive](std::function<answer()> make) {
    door->run_soon([=, make = std::move(make)] {
      const auto me = who.lock();
      if (me == nullptr || me->waiting_ == nullptr) return;
      me->waiting_ = nullptr;
      me->say(make(), method, version, keep_alive);
    });
  });
}

void connection::waited_in_vain() {
  const auto me = std::exchange(waiting_, nullptr);
  set_deadline();
  say({503, "the process has not answered in time: its main loop is busy or hangs\n", {}}, {}, 11,
      false);
}

void connection::read() {
  over_->read_some(buffer_, [me = shared_from_this()](std::error_code error, std::size_t bytes) {
    error ? me->close() : me->heard(bytes);
  });
}

void connection::heard(std::size_t bytes) {
  unread_.append(buffer_.data(), bytes);
  look();
}

void connection::say(const answer& said, std::string_view method, unsigned version,
                     bool keep_alive) {
  keep_alive_ = keep_alive && said.stream == nullptr;
  if (method != "HEAD") stream_ = said.stream;
  if (stream_ != nullptr) drain(); // a client that leaves is noticed
  tell(bytes_of(said, method, version, keep_alive_));
}

void connection::tell(std::string piece) {
  make_room_(piece.size());
  answer_ = std::move(piece);
  written_ = 0;
  write();
}

void connection::write() {
  const std::span<const char> rest = std::span<const char>(answer_).subspan(written_);
  over_->write_some(rest, [me = shared_from_this()](std::error_code error, std::size_t bytes) {
    if (error) return me->close();
    me->written_ += bytes;
    me->written_ < me->answer_.size() ? me->write() : me->said_all();
  });
}

void connection::said_all() {
  answer_ = {}; // a client may keep its connection for long
  if (stream_ != nullptr) return tell_more();
  if (keep_alive_) return wait_for_request();
  over_->end_of_writing();
  drain();
}

void connection::tell_more() {
  std::string piece = stream_->next();
  if (piece.empty()) return stream_->is_over() ? end_of_stream() : wait_for_more();
  set_deadline();
  tell(std::move(piece));
}

void connection::wait_for_more() {
  if (concluding_) return close();
  idle_ = true;
  deadline_.at(base::steady_ns() + patience_ns_ / signs_of_life, [this] {
    idle_ = false;
    set_deadline();
    tell(stream_->sign_of_life());
  });
  stream_->when_ready([who = weak_from_this(), door = serving_.door()] {
    door->run_soon([who] {
      const auto me = who.lock();
      if (me != nullptr && me->stream_ != nullptr && std::exchange(me->idle_, false)) {
        me->tell_more();
      }
    });
  });
}

// The client's end of the connection is waited for already.
void connection::end_of_stream() {
  if (concluding_) return close();
  stream_ = nullptr;
  set_deadline();
  over_->end_of_writing();
}

// A connection that is closed before all was read that came may take the answer with it.
void connection::drain() {
  over_->read_some(buffer_, [me = shared_from_this()](std::error_code error, std::size_t bytes) {
    me->drained_ += bytes;
    error || me->drained_ > drained_at_most ? me->close() : me->drain();
  });
}

} // namespace tempest::admin
