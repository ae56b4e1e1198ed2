// What a session says, and how it begins and ends.
#include "runtime/net/peer_session.hpp"

#include <fmt/format.h>

#include "runtime/base/utf8.hpp"
#include "runtime/engine/metadata.hpp"
#include "runtime/net/report_check.hpp"

namespace tempest::net {
namespace {

// More that waits to be written: the peer is slow to read, and others are not.
constexpr std::size_t most_waiting = std::size_t{1} << 20;

std::uint64_t bytes_of(std::span<const tempest_delivery> deliveries) {
  std::uint64_t bytes = 0;
  for (const tempest_delivery& one : deliveries) bytes += engine::message_bytes(one);
  return bytes;
}

void refuse_to_send(const tempest_delivery& one, std::uint64_t max_frame_bytes,
                    engine::worker_report& refused) {
  const std::string reason = fmt::format(
      "with its id, key and headers it is too large to be sent to a task process: a "
      "frame holds {} bytes (max_message_bytes and max_outputs_bytes decide it)",
      max_frame_bytes);
  engine::result& made = refused.results.emplace_back();
  made.delivery = engine::delivery_ref::of(one.host_token);
  reject(refused, made, reason);
}

} // namespace

peer_session::peer_session(session_host& shared, wire::decoder& decoder, loop& serving,
                           std::unique_ptr<transport> over, const patience& limits)
    : host_(shared),
      decoder_(decoder),
      wire_(std::make_shared<connection>(serving, std::move(over), *shared.pool, limits, *this)),
      name_(wire_->peer()) {}

peer_session::~peer_session() {
  if (!over_) wire_->close();
}

void peer_session::let_in(std::vector<session_task> tasks, std::string_view called,
                          const wire::welcome& answer) {
  in_ = true;
  if (!called.empty()) {
    name_ = fmt::format("{} ({})", base::one_line(called.substr(0, 100)), wire_->peer());
  }
  tasks_ = std::move(tasks);
  credit_.resize(tasks_.size());
  begun_.resize(tasks_.size());
  stuck_.resize(tasks_.size());
  wire_->send(host_.encoder.encode(answer));
  wire_->open(host_.max_frame_bytes, std::chrono::milliseconds(answer.heartbeat_ms));
}

void peer_session::refuse(std::string_view reason) {
  over_ = true;
  wire_->leave(host_.encoder.encode(wire::refusal{reason}));
}

void peer_session::say_goodbye(std::string_view reason) {
  over_ = true;
  wire_->leave(host_.encoder.encode(wire::goodbye{reason}));
}

void peer_session::drop(std::string_view reason) {
  if (over_) return;
  say_goodbye(reason);
  host_.dropped(*this, std::string(reason));
}

void peer_session::heartbeat_due() {
  wire_->send(host_.encoder.encode(wire::heartbeat{}));
}

// --- deliveries

std::size_t peer_session::room(std::size_t task) const {
  if (over_ || wire_->waiting() > most_waiting) return 0;
  return credit_[task].room();
}

std::uint64_t peer_session::byte_room(std::size_t task) const {
  return credit_[task].byte_room();
}

std::size_t peer_session::in_hand(std::size_t task) const {
  return credit_[task].in_hand();
}

void peer_session::deliver(std::size_t task, std::span<const tempest_delivery> deliveries,
                           engine::worker_report& refused) {
  send(task, deliveries, false, refused);
}

void peer_session::deliver_alone(std::size_t task, const tempest_delivery& suspect,
                                 engine::worker_report& refused) {
  send(task, {&suspect, 1}, true, refused);
}

void peer_session::send(std::size_t task, std::span<const tempest_delivery> deliveries, bool alone,
                        engine::worker_report& refused) {
  if (over_) return; // given back with all the rest when the owner hears that it left
  const auto position = static_cast<std::uint32_t>(task);
  while (!deliveries.empty()) {
    wire::deliver said{position, deliveries, nullptr, nullptr, alone};
    auto part = host_.encoder.encode(said, usual_body_bytes);
    if (part.count == 0) {
      said.deliveries = deliveries.first(1);
      part = host_.encoder.encode(said, host_.max_frame_bytes);
    }
    if (part.count > 0) {
      wire_->send(part.bytes);
      credit_[task].sent(part.count, bytes_of(deliveries.first(part.count)));
    } else {
      refuse_to_send(deliveries.front(), host_.max_frame_bytes, refused);
    }
    deliveries = deliveries.subspan(std::max<std::size_t>(1, part.count));
  }
}

void peer_session::cancel(std::span<const std::uint64_t> tokens) {
  if (over_ || tokens.empty()) return;
  wire_->send(host_.encoder.encode(wire::cancel{{tokens.begin(), tokens.end()}}));
}

} // namespace tempest::net
