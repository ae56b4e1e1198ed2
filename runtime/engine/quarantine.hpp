// Which processes are set apart for suspects, one of which is handed out while its process has
// nothing else: so that when the process is lost, it is known what was in hand. A process set apart
// is given nothing ordinary; once it is empty, it gets the suspects of its tasks one after another.
// The other processes go on. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {

// A worker, or several of one task that the engine takes for one.
struct workplace {
  worker_id worker = 0;
  task_id task = 0;
  std::size_t in_hand = 0; // what it was given and has not reported, awaited or not
};

class quarantine {
 public:
  struct process {
    std::uint64_t id = 0; // unique while it lives
    std::vector<workplace> places;
  };
  // Gives the process one suspect for a place of that position; which it was, if it could take one.
  using giver =
      std::function<std::optional<delivery_ref>(std::uint64_t which, std::size_t position)>;

  // `patience`: how long a process may take to be empty before others are tried.
  explicit quarantine(time_ns patience = 1'000'000'000) : patience_(patience) {}

  // Whether there is anything to do: plan() is called then, before ordinary deliveries go out.
  [[nodiscard]] bool wanted(const engine& heart) const;
  // Chooses processes, and gives suspects to those that are empty. All that there are now.
  void plan(const engine& heart, std::span<const process> all, time_ns now, const giver& give);
  // Whether the process may be given ordinary deliveries.
  [[nodiscard]] bool open(std::uint64_t which) const;

 private:
  struct apart {
    std::uint64_t process = 0;
    time_ns since = 0;    // it waits to be empty
    std::size_t lost = 0; // in hand, and waited for in vain: not once more for each suspect
    std::optional<delivery_ref> alone;
  };

  void choose(std::span<const process> all, task_id task, time_ns now);
  void serve(const engine& heart, const process& one, apart& in, time_ns now, const giver& give);
  [[nodiscard]] bool tired(const apart& one, time_ns now) const {
    return !one.alone && now - one.since > patience_;
  }
  [[nodiscard]] bool empty(const engine& heart, const process& one, const apart& in,
                           time_ns now) const;
  [[nodiscard]] apart* find(std::uint64_t which);

  const time_ns patience_;
  std::vector<apart> apart_;
};

} // namespace tempest::engine
