// What a run did, in numbers: for the status line while it runs and for the report at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/admin/run_status.hpp"
#include "runtime/engine/statistics.hpp"

namespace tempest::service {

struct source_counts {
  std::uint64_t read = 0;
  std::uint64_t acked = 0;         // confirmed by the broker
  std::uint64_t failed = 0;        // settled as failed
  std::uint64_t dead_lettered = 0; // confirmed by the dead-letter sink
  std::uint64_t returned = 0;      // given back at shutdown
  std::uint64_t abandoned =
      0; // in hand at the deadline, or returned to a source that cannot redeliver
  std::uint64_t withdrawn = 0; // the source lost them while they were in flight
  std::uint64_t gone = 0;      // settled, and the broker no longer knew them
};

struct task_counts : engine::task_statistics {
  std::string name;
  std::optional<std::uint32_t> workers{}; // now; of task processes
};

// Task processes.
struct process_counts {
  std::uint64_t connected = 0; // now
  std::uint64_t joined = 0;    // ever
};

struct run_report {
  std::string topology;
  double duration_s = 0;
  admin::activity state = admin::activity::running; // now
  source_counts source;
  bool has_source = true; // false: a task process
  std::vector<task_counts> tasks;
  std::optional<process_counts> processes; // where the workers are task processes
  std::uint64_t in_flight = 0;             // now
  std::uint64_t letters_waiting = 0;       // of these: for the sink of the dead letters
  bool letters_hold_up = false;            // so many that the source is not read
  std::vector<std::string> fatal; // why the run ended early, for people; empty = it did not
  int exit_code = 0;
  // A thread of a plugin did not come back: the process must leave without waiting for it.
  bool stuck = false;
};

// {"version":1,"topology","duration_s","source":{...},"tasks":{"NAME":{...}}}, one line, without a
// line end; "source" where there is one, and of a topology process "processes", how many joined.
[[nodiscard]] std::string to_json(const run_report& report);

} // namespace tempest::service
