// The topology's side of the network: lets task processes in, and tells its owner what they say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/server_session.hpp"
#include "runtime/net/server_settings.hpp"
#include "runtime/wire/messages.hpp"

namespace tempest::net {

// Called on the loop's thread, inside loop::wait or loop::poll and never within a call of the
// server's or a session's. `task` is a position in session.tasks().
class server_owner {
 public:
  virtual ~server_owner() = default;

  // A task process was let in and can be sent something; it lives until left().
  virtual void joined(server_session& session) = 0;
  // It did something with deliveries, of this task or not: the engine knows whose they are. What
  // is over a limit is rejected already. The report may be swapped away.
  virtual void reported(server_session& session, std::size_t task, engine::worker_report& done) = 0;
  // Bytes of the key and headers of a delivery, which its outputs may inherit; 0 when it is not
  // known. Asked before reported(): outputs over a limit are rejected.
  [[nodiscard]] virtual std::uint64_t inherited_bytes(engine::delivery_ref input) const = 0;
  // What it has begun of this task, at least every heartbeat; times are those of this process.
  virtual void running(server_session& session, std::size_t task,
                       std::span<const engine::begun> begun) = 0;
  // All workers that it has for the task are stuck in their handlers, or are so no more; told when
  // that changes.
  virtual void stuck(server_session& session, std::size_t task, bool now) = 0;
  // What the workers that it has for the task have done since it started; as a peer says it, which
  // may be wrong. At each heartbeat, of those that tell.
  virtual void worked(server_session& session, std::size_t task, const wire::work& done) = 0;
  // Why the sink that the task writes to is not well there, in a line that is short enough for
  // people; empty: it is, or nothing is said of it. At each heartbeat, of each task.
  virtual void sink_trouble(server_session& session, std::size_t task, std::string_view reason) = 0;
  // It is gone, for this reason: what it held goes back. It said good-bye (or was told it), or was
  // lost: it ended without, fell silent or talked nonsense. The session is freed when this returns.
  virtual void left(server_session& session, std::string_view reason, engine::departure how) = 0;
};

// The loop's thread.
class server {
 public:
  // All that is passed outlives it, and `pool` the loop. Throws base::failure(bad_config) when the
  // address may not be listened on without more trust, or TLS's files cannot be used.
  server(loop& serving, server_settings settings, base::chunk_pool& pool, server_owner& owner);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Throws base::failure(unavailable) that names the address.
  void listen();
  // Where it listens, with the port that was found free. After listen().
  [[nodiscard]] const address& where() const;
  // Lets nobody in any more, and says good-bye to all: left() follows for each of them.
  void close(std::string_view reason);
  // Whether nobody is left, also not to hear the good-bye to its end. After close().
  [[nodiscard]] bool all_gone() const;

 private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace tempest::net
