// `tempest run standalone`: source, engine and workers as threads of this process.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "runtime/service/assembly.hpp"
#include "runtime/service/report.hpp"

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
};

// Runs until the source ends, a limit of `options` is reached or a stop is requested, then shuts
// down as promised (G9). The assembly must be runnable. Logs through base/log. Never throws for
// what a plugin or broker does: that is in the report. Exit codes in the report: 0; 1 when messages
// failed for good and are left to the source; 69 when the source was never reached or the system
// refused a thread; 75 when messages were abandoned; 78 when a plugin could not be created.
[[nodiscard]] run_report run_standalone(const assembly& plan, const run_options& options);

} // namespace tempest::service
