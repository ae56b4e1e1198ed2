#include "runtime/admin/connection.hpp"

#include <utility>

#include "runtime/base/clock.hpp"

namespace tempest::admin {
namespace {

constexpr std::size_t drained_at_most = 1 << 20;

} // namespace

connection::connection(net::loop& serving, std::unique_ptr<net::transport> over,
                       const router& answers, std::chrono::milliseconds patience)
    : over_(std::move(over)),
      answers_(answers),
      patience_ns_(base::nanoseconds(patience)),
      deadline_(serving) {}

void connection::start() {
  set_deadline();
  over_->handshake([me = shared_from_this()](std::error_code error, std::size_t) {
    error ? me->close() : me->wait_for_request();
  });
}

void connection::close() {
  deadline_.cancel();
  over_->close();
}

// Set at the beginning of each step, never by single bytes: who sends one now and then is closed
// all the same.
void connection::set_deadline() {
  deadline_.at(base::steady_ns() + patience_ns_, [this] { close(); });
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
  const request asked = reader_->asked();
  say(answers_.answer_to(asked), asked.method, asked.version, asked.keep_alive);
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
  keep_alive_ = keep_alive;
  answer_ = bytes_of(said, method, version, keep_alive);
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
  if (keep_alive_) return wait_for_request();
  over_->end_of_writing();
  drain();
}

// A connection that is closed before all was read that came may take the answer with it.
void connection::drain() {
  over_->read_some(buffer_, [me = shared_from_this()](std::error_code error, std::size_t bytes) {
    me->drained_ += bytes;
    error || me->drained_ > drained_at_most ? me->close() : me->drain();
  });
}

} // namespace tempest::admin
