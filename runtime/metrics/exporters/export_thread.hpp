// Flushes one exporter every so often, on a thread of its own, so that no backend, however slow,
// holds up the process or another backend.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "runtime/metrics/exporters/exporter.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::metrics {

struct export_settings {
  std::string topology; // for the log
  std::chrono::milliseconds flush_interval{5'000};
  std::chrono::milliseconds timeout{2'000}; // for one flush, and for all that is left at the end
};

class export_thread {
 public:
  // Flushes from now on, first after one interval. `from` outlives it. Says once in the log when
  // the backend is away, and once when it is back. Throws base::failure(unavailable) when there is
  // no thread to be had.
  export_thread(const registry& from, std::unique_ptr<exporter> to, export_settings settings);
  // As ask_to_finish and finish, where those were not called.
  ~export_thread();
  export_thread(const export_thread&) = delete;
  export_thread& operator=(const export_thread&) = delete;

  // One last flush, of all that is in the registry by now. Does not wait for it.
  void ask_to_finish();
  // Waits for that: at most settings.timeout since it was asked, and a moment. Once `hurried` says
  // so, which is asked often, a backend that does not take it at once goes without it. False when
  // the thread has not come back from a call of the system by then: it is left to itself, and
  // touches the registry no more.
  [[nodiscard]] bool finish(const std::function<bool()>& hurried = [] { return false; });

 private:
  struct state;

  std::shared_ptr<state> state_; // a thread that is left to itself keeps it
  std::thread thread_;
  std::int64_t ends_ns_ = 0; // once it was asked to finish
};

} // namespace tempest::metrics
