// A check that is to end before its time.
#pragma once

#include <atomic>
#include <exception>

namespace tempest::conformance {

// The number of the signal that asked for the end; 0 until one does. Set by any thread, or within a
// signal handler.
using stop_flag = std::atomic<int>;

// Ends the check: what it has started ends on the way out, and its files go.
class stopped : public std::exception {
 public:
  explicit stopped(int signal) : signal_(signal) {}
  [[nodiscard]] int signal() const { return signal_; }
  [[nodiscard]] const char* what() const noexcept override { return "the check was stopped"; }

 private:
  int signal_;
};

// Whoever waits asks this now and then.
inline void need_go_on(const stop_flag& stop) {
  if (const int signal = stop.load(); signal != 0) throw stopped(signal);
}

} // namespace tempest::conformance
