// Ends a wait from another thread.
#pragma once

#include <chrono>
#include <span>

namespace redis {

using steady = std::chrono::steady_clock;

// A flag that a thread can wait for beside its sockets. What is raised while nobody waits is kept
// for the next wait.
class wakeup {
 public:
  // Throws std::system_error when the system has no file descriptor left.
  wakeup();
  ~wakeup();
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  void raise() noexcept;                       // [any thread]
  bool take() noexcept;                        // whether it was raised; it no longer is
  [[nodiscard]] int fd() const { return fd_; } // readable while raised

 private:
  int fd_ = -1;
};

// What a wait ended with. A descriptor in error counts as readable, so that reading tells.
struct readiness {
  bool interrupted = false;
  bool readable = false;
  bool writable = false;
};

// A descriptor to wait for; fd < 0 is passed over.
struct waiting {
  int fd = -1;
  bool write = false; // for room to write too
};

// Waits until it is ready, the wakeup is raised (and takes it) or the deadline passed.
readiness wait_for(wakeup& wake, waiting which, steady::time_point deadline);
// The same for any number; returns whether the wakeup was raised.
bool wait_for_any(wakeup& wake, std::span<const waiting> which, steady::time_point deadline);

} // namespace redis
