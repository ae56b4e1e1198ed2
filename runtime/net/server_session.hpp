// One task process that was let in, as the topology sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::net {

// A task that the process serves. Everywhere else a task is its position in tasks().
struct session_task {
  engine::task_id id = 0; // in the graph
  std::uint32_t workers = 1;
};

// Lives from server_owner::joined to the end of server_owner::left. The loop's thread.
class server_session {
 public:
  virtual ~server_session() = default;

  // For people: what the process calls itself, and where from.
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual std::span<const session_task> tasks() const = 0;

  // How many messages it may be sent now; 0 while it is slow to read what it was sent.
  [[nodiscard]] virtual std::size_t room(std::size_t task) const = 0;
  // How many bytes of messages. One message may go over it, whatever its size, while room() is not
  // 0: without anything in hand there always is room for one.
  [[nodiscard]] virtual std::uint64_t byte_room(std::size_t task) const = 0;
  // Sent and not reported.
  [[nodiscard]] virtual std::size_t in_hand(std::size_t task) const = 0;

  // Sends deliveries, encoded at once: their bytes need not live on. A delivery that no frame can
  // hold is appended to `refused` as a rejected result.
  virtual void deliver(std::size_t task, std::span<const tempest_delivery> deliveries,
                       engine::worker_report& refused) = 0;
  // The same of a suspect, which its process tells of before it is begun, and handles while it has
  // nothing else in hand, of whatever topology.
  virtual void deliver_alone(std::size_t task, const tempest_delivery& suspect,
                             engine::worker_report& refused) = 0;
  // Asks for what it has not begun of these; it is reported as returned.
  virtual void cancel(std::span<const std::uint64_t> tokens) = 0;
  // Ends the session: server_owner::left follows, not within this call.
  virtual void drop(std::string_view reason) = 0;
};

} // namespace tempest::net
