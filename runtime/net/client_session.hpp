// A session of a task process with one topology, and who is told what comes in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/wire/messages.hpp"

namespace tempest::net {

// Lives from client_owner::joined to the end of client_owner::left. The loop's thread. A task is
// its position in client_settings::tasks.
class client_session {
 public:
  virtual ~client_session() = default;

  // Unique in this process, also among those that are over.
  [[nodiscard]] virtual std::uint64_t id() const = 0;
  // Where the topology is, for people.
  [[nodiscard]] virtual const std::string& place() const = 0;

  // How much of a task it may send, in all since the session began.
  virtual void grant(std::uint32_t task, std::uint64_t messages, std::uint64_t bytes) = 0;
  // Sends results, encoded at once: their bytes need not live on. One whose outputs no frame can
  // hold becomes a rejected one.
  virtual void report(std::uint32_t task, engine::worker_report& done) = 0;
  // Tells at once what is begun: client_owner::alive is called within this call. Returns the mark
  // for has_heard().
  virtual std::uint64_t announce() = 0;
  // Whether that has reached the topology's system: it will hear it, whatever becomes of this
  // process.
  [[nodiscard]] virtual bool has_heard(std::uint64_t mark) const = 0;
  // Results of finished deliveries among them that the topology may not have yet.
  [[nodiscard]] virtual std::uint64_t unreported() const = 0;
};

// Called on the loop's thread, inside loop::wait or loop::poll and never within a call of the
// client's or a session's.
class client_owner {
 public:
  virtual ~client_owner() = default;

  // The topology has let this process in; it lives until left().
  virtual void joined(client_session& session) = 0;
  // Deliveries of a task; what said.frame and said.headers hold is theirs as long as these are.
  virtual void delivered(client_session& session, const wire::deliver& said) = 0;
  // Those of these that are not begun are to be reported as returned.
  virtual void cancelled(client_session& session, std::span<const std::uint64_t> tokens) = 0;
  // Append what is begun of what the session delivered, and how the tasks are: which are stuck,
  // what they have done, whose sinks are not well. Reasons live until the call's heartbeat is
  // encoded.
  virtual void alive(client_session& session, wire::heartbeat& said) = 0;
  // It is over, for this reason: nothing of it is waited for any more.
  virtual void left(client_session& session, std::string_view reason) = 0;
};

} // namespace tempest::net
