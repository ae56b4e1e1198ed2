// A peer of the server, from its first byte on: a newcomer until its hello was found good, a
// session after that. For this room alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/net/connection.hpp"
#include "runtime/net/report_check.hpp"
#include "runtime/net/server_session.hpp"
#include "runtime/net/session_credit.hpp"
#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"

namespace tempest::net {

class peer_session;

// What all sessions of a server share, and whom they tell.
class session_host {
 public:
  virtual ~session_host() = default;

  // A newcomer introduces itself: to be let in or refused within the call.
  virtual void introduced(peer_session& who, const wire::hello& said) = 0;
  // It can be sent something, for the first time: it is there from now on.
  virtual void granted(peer_session& who) = 0;
  virtual void reported(peer_session& who, std::size_t task, engine::worker_report& done) = 0;
  // Of the key and headers of a delivery.
  [[nodiscard]] virtual std::uint64_t inherited_bytes(engine::delivery_ref input) const = 0;
  virtual void running(peer_session& who, std::size_t task,
                       std::span<const engine::begun> begun) = 0;
  virtual void stuck(peer_session& who, std::size_t task, bool now) = 0;
  virtual void worked(peer_session& who, std::size_t task, const wire::work& done) = 0;
  virtual void sink_trouble(peer_session& who, std::size_t task, std::string_view reason) = 0;
  // The last that is heard of it. `orderly`: it said good-bye.
  virtual void ended(peer_session& who, std::string_view reason, bool orderly) = 0;
  // drop() was called: ended() is to follow outside of that call.
  virtual void dropped(peer_session& who, std::string reason) = 0;

  wire::encoder encoder;
  base::chunk_pool* pool = nullptr;
  std::uint64_t max_frame_bytes = 0;
  std::vector<engine::output_limits> limits; // of each task of the graph
};

class peer_session final : public server_session, public connection_user {
 public:
  // `shared` outlives it.
  peer_session(session_host& shared, wire::decoder& decoder, loop& serving,
               std::unique_ptr<transport> over, const patience& limits);
  ~peer_session() override;

  void start() { wire_->start(true); }
  void let_in(std::vector<session_task> tasks, std::string_view called,
              const wire::welcome& answer);
  // Hangs up after a last word.
  void refuse(std::string_view reason);
  void close() { wire_->close(); }

  [[nodiscard]] bool in() const { return in_; }
  [[nodiscard]] bool granted() const { return granted_; }
  [[nodiscard]] const std::string& peer() const { return wire_->peer(); }
  [[nodiscard]] const std::shared_ptr<connection>& wire() const { return wire_; }

  // --- server_session
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::span<const session_task> tasks() const override { return tasks_; }
  [[nodiscard]] std::size_t room(std::size_t task) const override;
  [[nodiscard]] std::uint64_t byte_room(std::size_t task) const override;
  [[nodiscard]] std::size_t in_hand(std::size_t task) const override;
  void deliver(std::size_t task, std::span<const tempest_delivery> deliveries,
               engine::worker_report& refused) override;
  void deliver_alone(std::size_t task, const tempest_delivery& suspect,
                     engine::worker_report& refused) override;
  void cancel(std::span<const std::uint64_t> tokens) override;
  void drop(std::string_view reason) override;

 private:
  // --- connection_user
  void received(const wire::frame_reader::frame& frame) override;
  void heartbeat_due() override;
  void ended(std::string_view reason) override;

  void send(std::size_t task, std::span<const tempest_delivery> deliveries, bool alone,
            engine::worker_report& refused);
  void hear(const wire::credit& said);
  void hear(const wire::report& said);
  void hear(const wire::heartbeat& said);
  void hear_stuck(std::span<const std::uint32_t> tasks);
  void hear_sinks(std::span<const wire::sink_trouble> said);
  void require_credit() const;
  void say_goodbye(std::string_view reason);
  [[nodiscard]] std::size_t known(std::uint32_t task) const;

  session_host& host_;
  wire::decoder& decoder_;
  const std::shared_ptr<connection> wire_;
  std::string name_; // the peer's address until it is let in
  std::vector<session_task> tasks_;
  std::vector<session_credit> credit_;            // by task
  std::vector<std::vector<engine::begun>> begun_; // by task; used again at each heartbeat
  std::vector<bool> stuck_;                       // by task, as the host knows it
  bool in_ = false;
  bool granted_ = false;
  bool over_ = false; // nothing more is told to the host
};

} // namespace tempest::net
