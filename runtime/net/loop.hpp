// The loop that a thread's sockets live in, and at the same time its bell: the thread sleeps on all
// of them at once, so that a process needs no thread of its own for the network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "runtime/base/bell.hpp"

namespace tempest::net {

struct loop_context; // what only this room's sockets know of it: asio.hpp

// Where other threads, which may outlive the loop, put something into it.
class loop_door {
 public:
  explicit loop_door(loop_context& inside) : inside_(&inside) {}

  // Runs `body` once, inside the loop: soon. Forgets it when the loop is gone. [any thread]
  void run_soon(std::function<void()> body);
  // The loop goes. [owner's thread]
  void close();

 private:
  std::mutex mutex_;
  loop_context* inside_;
};

// Whatever runs in it runs inside wait() or poll(), on the thread that calls them: the owner's.
// Outlives everything that was made with it.
class loop final : public base::bell {
 public:
  loop();
  ~loop() override;

  // Costs a system call only while the owner sleeps.
  void ring() override;
  // Runs what is ready and, when there was nothing and nobody rang, sleeps until there is. Returns
  // whether something ran or it was rung: the owner looks at its own affairs before it waits again.
  bool wait(std::int64_t deadline_ns) override;
  // Runs what is ready, some of it when it is much, without sleeping; whether there was something.
  bool poll();

  [[nodiscard]] loop_context& context() { return *context_; }
  [[nodiscard]] const std::shared_ptr<loop_door>& door() const { return door_; }

 private:
  std::unique_ptr<loop_context> context_;
  std::shared_ptr<loop_door> door_;
};

// Runs `body` once, inside the loop: soon, never within this call. [owner's thread]
void run_soon(loop& in, std::function<void()> body);

// One deadline at a time. The owner's thread.
class timer {
 public:
  explicit timer(loop& in);
  // Nothing runs after it is gone, which it may be within its own body.
  ~timer();
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  // Runs `body` once, in the loop, when `deadline_ns` has passed; what was set before is forgotten.
  void at(std::int64_t deadline_ns, std::function<void()> body);
  void cancel() noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace tempest::net
