// How long a run goes on, and who is told how it goes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "runtime/service/run_report.hpp"

namespace tempest::service {

// Asked from a signal handler or another thread: the first request drains, the second reports at
// once.
struct stop_request {
  std::atomic<int> count{0};
};

struct run_options {
  std::optional<std::chrono::milliseconds> duration; // stop after that long
  std::optional<std::chrono::milliseconds>
      stop_when_idle; // nothing read, in flight or retrying for that long
  // Called on the engine's thread about every `status_interval` with the numbers so far; empty =
  // never.
  std::function<void(const run_report&)> on_status;
  std::chrono::milliseconds status_interval{500};
  stop_request* stop = nullptr; // may be nullptr
  std::string instance;         // what its metrics name it by; empty: it finds a name
};

} // namespace tempest::service
