// Who looks at messages that pass by in a run. While nobody does, that costs one look a batch at
// whether somebody does. Never waits for those who look: what they cannot be told is counted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/admin/tap.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/net/log_budget.hpp"

namespace tempest::service {

struct assembly;
class tap;

// The run's thread.
class run_taps {
 public:
  run_taps();
  ~run_taps();
  run_taps(const run_taps&) = delete;
  run_taps& operator=(const run_taps&) = delete;

  // Lets somebody look: until what is answered is destroyed, on whatever thread.
  [[nodiscard]] admin::tap_answer open(const assembly& plan, const admin::tap_query& what);
  // Those that are not looked at any more make room for others.
  void forget_closed();
  // Nothing passes any more, for that reason.
  void end(const std::string& reason);

  // Whether anybody looks; if not, the next two need not be called.
  [[nodiscard]] bool watching() const { return watching_; }
  // These were given to a worker of that task.
  void handed_out(engine::task_id task, std::span<const tempest_delivery> batch);
  // A worker of that task has done so much, and `engine` does not know yet.
  void reported(const engine::engine& engine, engine::task_id task, engine::worker_id worker,
                const engine::worker_report& done);

 private:
  bool watching_ = false;  // some are open
  net::log_budget said_{}; // of openings
  std::vector<tap> open_;
};

} // namespace tempest::service
