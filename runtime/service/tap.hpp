// One tap: what it looks for, and what it takes of that to be told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/admin/tap_stream.hpp"
#include "runtime/engine/backoff.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/event_budget.hpp"

namespace tempest::service {

// A place in the graph.
struct tap_point {
  std::uint32_t task = 0;            // or where the edge leads
  std::optional<std::uint32_t> from; // of an edge
};

// "split", a task, or "split:store", an edge; nothing when there is no such thing.
[[nodiscard]] std::optional<tap_point> find_tap_point(const assembly& plan, const std::string& of);
// What there is instead, for people.
[[nodiscard]] std::string no_such_point(const assembly& plan, const std::string& of);

// Whether it has each of these headers with that value. `key` is the message's own key, too.
[[nodiscard]] bool has_all(const tempest_delivery& message,
                           const std::vector<std::pair<std::string, std::string>>& headers);
// As much of it as is told.
[[nodiscard]] admin::tap_event event_of(const tempest_delivery& message, std::int64_t calendar_ms);

// The run's thread.
class tap {
 public:
  // Looks as long as somebody else keeps the stream.
  tap(tap_point at, std::vector<std::pair<std::string, std::string>> where,
      const std::shared_ptr<admin::tap_stream>& to, std::int64_t now_ns);

  [[nodiscard]] bool is_closed() const { return to_.expired(); }
  void end(const std::string& reason);
  void handed_out(engine::task_id task, std::span<const tempest_delivery> batch);
  void reported(const engine::engine& engine, engine::task_id task, engine::worker_id worker,
                const engine::worker_report& done);

 private:
  template <typename Look>
  void look_at(std::size_t count, Look look);
  void look(const tempest_delivery& message);

  tap_point at_;
  std::vector<std::pair<std::string, std::string>> where_;
  std::weak_ptr<admin::tap_stream> to_;
  event_budget budget_;
  engine::random dice_;
  std::uint64_t passed_ = 0;
  std::size_t room_ = 0; // for events of this batch
  std::int64_t calendar_ms_ = 0;
  std::vector<admin::tap_event> fresh_;
};

} // namespace tempest::service
