// How a run stands, as plain data, and what it is told to do: what /api/v1 is about
// (docs/admin.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tempest::admin {

enum class activity : std::uint8_t {
  running,
  paused,   // the source is not read; what is in flight goes on
  draining, // the same, and it ends once nothing is in flight
  stopping, // it ends: what is not begun goes back to the source
};
[[nodiscard]] const char* word(activity state);

// What a run may be told.
enum class order : std::uint8_t { pause, resume, drain, stop };
[[nodiscard]] const char* word(order what);

struct order_answer {
  std::string topology;
  activity state = activity::running; // from now on
  std::string refusal;                // why it is not done; empty: it is, or was already
};
[[nodiscard]] std::string to_json(const order_answer& said);

struct source_status {
  std::string type;
  bool up = false;
  std::string trouble; // why it is not
  std::uint64_t read = 0;
  std::uint64_t acked = 0; // confirmed by the broker, as are the next two
  std::uint64_t failed = 0;
  std::uint64_t returned = 0;
  std::uint64_t gone = 0;
  std::uint64_t withdrawn = 0;
  std::uint64_t unconfirmed = 0;
  std::uint64_t reconnects = 0;
  double read_per_s = 0; // of the window, as the next
  double acked_per_s = 0;
};

struct in_flight_status {
  std::uint64_t messages = 0;
  std::uint64_t max_messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
  std::uint64_t retrying = 0;
  std::uint64_t max_retrying = 0;
  std::uint64_t dead_letters_waiting = 0;
  double oldest_age_s = 0;
};

struct task_status {
  std::string name;
  std::string trouble; // what is wrong with it or with the sink that it writes to; empty: nothing
  std::uint64_t workers = 0;
  std::uint64_t queued = 0;  // for a worker
  std::uint64_t in_hand = 0; // of workers
  std::uint64_t succeeded = 0;
  std::uint64_t skipped = 0;
  std::uint64_t failed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t outputs = 0;
  std::uint64_t retries = 0;
  double handled_per_s = 0;    // of the window: deliveries that ended, however
  std::optional<double> busy;  // part of its workers' time, 0 to 1; nothing: not known
  std::optional<double> p50_s; // of the time in the handler; nothing: it handled nothing
  std::optional<double> p99_s;
};

// A task process that is connected.
struct process_status {
  struct task {
    std::string name;
    std::uint64_t workers = 0;
    std::uint64_t credit = 0;  // how many deliveries more it takes now
    std::uint64_t in_hand = 0; // that it has
    std::uint64_t begun = 0;   // of these, as last heard of
    std::uint64_t handled = 0; // that ended well since it connected, filtered ones included
    std::uint64_t errors = 0;  // that ended badly
    bool stuck = false;        // all its workers are in handlers that run too long
    std::string trouble{};     // why its sink is not well there; empty: it is
    std::optional<double> busy;
  };
  std::string name; // what it calls itself, and where from
  double connected_s = 0;
  std::vector<task> tasks;
};

struct run_status {
  std::string topology;
  std::string mode;    // standalone, topology
  std::string tempest; // its version
  activity state = activity::running;
  double uptime_s = 0;
  double window_s = 0; // that rates, busy and quantiles are of
  std::uint64_t dead_lettered = 0;
  source_status source;
  in_flight_status in_flight;
  std::vector<task_status> tasks;
  std::optional<std::vector<process_status>> processes; // where workers are task processes
};

// {"version":1, ...}; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_json(const run_status& now);

} // namespace tempest::admin
