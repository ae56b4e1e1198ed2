// The metrics of the workers of this process: how long their handlers take, and how long they are
// at work, idle or held up.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/metrics/duration_tally.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/task_work.hpp"
#include "runtime/worker/work_meter.hpp"

namespace tempest::service {

// What was read of one worker's meter so far.
struct meter_reading {
  metrics::tally_reader times{};
  std::int64_t seen_ns = 0; // 0: not yet
  std::int64_t busy_ns = 0;
};

// All on the thread that owns the workers.
class task_meters {
 public:
  // Of the tasks of which `plan` has the plugin. The registry outlives this.
  task_meters(const assembly& plan, metrics::registry& to);

  // Enters what is new of one worker. `held_back`: where it is not at work, then
  // not for want of deliveries.
  void look(std::uint32_t task, const worker::work_meter& meter, meter_reading& last,
            bool held_back, std::int64_t now_ns);
  // How many workers a task has now.
  void count(std::uint32_t task, std::size_t workers);
  // All that was entered so far; in_hand is not known here.
  [[nodiscard]] const task_work& work(std::uint32_t task) const { return work_[task]; }

 private:
  struct series {
    tempest_metric* workers = nullptr;
    tempest_metric* handle = nullptr;
    tempest_metric* busy = nullptr;
    tempest_metric* blocked = nullptr;
    tempest_metric* idle = nullptr;
  };

  std::vector<series> tasks_; // by position, as the next
  std::vector<task_work> work_;
};

} // namespace tempest::service
