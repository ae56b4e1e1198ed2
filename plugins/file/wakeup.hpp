// Ends a wait from another thread.
#pragma once

#include <chrono>

namespace file_lines {

using steady = std::chrono::steady_clock;

enum class wait_end { readable, raised, deadline };

// What is raised while nobody waits is kept for the next wait.
class wakeup {
 public:
  // Throws std::system_error when the system has no file descriptor left.
  wakeup();
  ~wakeup();
  wakeup(const wakeup&) = delete;
  wakeup& operator=(const wakeup&) = delete;

  void raise() noexcept; // [any thread]
  bool take() noexcept;  // whether it was raised; it no longer is
  // Waits until `fd` can be read, it was raised, which it then no longer is, or the deadline
  // passed. fd < 0: for the latter two only.
  [[nodiscard]] wait_end wait(int fd, steady::time_point deadline) noexcept;

 private:
  int fd_ = -1;
};

} // namespace file_lines
