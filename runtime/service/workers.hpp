// Who works for a topology: threads of this process, or task processes that connected. What the
// engine's loop asks of them, whichever they are. All on the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/service/run_report.hpp"
#include "runtime/service/task_work.hpp"

namespace tempest::service {

class workers {
 public:
  virtual ~workers() = default;

  // --- while the topology runs
  // They work for `engine`, which outlives their last word. Throws base::failure when the system
  // refuses what they need.
  virtual void start(engine::engine& engine) = 0;
  // Whether every task has workers that have started: only then may a message be read.
  [[nodiscard]] virtual bool ready() const = 0;
  // Why the run cannot go on, and how it is to end; nothing while it can.
  [[nodiscard]] virtual std::optional<base::failure> fatal() = 0;
  // Which tasks nobody has ever worked for, so that nothing could be done; empty when there is
  // none.
  [[nodiscard]] virtual std::string never_came() const = 0;
  // Enters what they reported since; whether there was anything.
  virtual bool collect(std::int64_t now_ns) = 0;
  // Looks at what is begun, for msg_timeout and handler_warn. Called about ten times a second.
  virtual void observe(std::int64_t now_ns) = 0;
  // Takes back what is not begun and has become useless (engine::cancelled).
  virtual void cancel(std::int64_t now_ns) = 0;
  // Suspects have ended, and the source is about to be told.
  virtual void suspects_ended(std::span<const engine::ended_suspect> /*ended*/) {}
  // By their tokens: the source has confirmed it, so that they do not come again.
  virtual void confirmed(std::span<const std::uint64_t> /*tokens*/) {}
  // Gives them what is queued, deepest task first.
  virtual void hand_out() = 0;

  // --- its end (G9)
  // No more work: they finish what is in their hands and end.
  virtual void close() = 0;
  // Whether all have ended their work.
  [[nodiscard]] virtual bool all_done() const = 0;
  // Whether a thread hangs in a plugin and was left alone.
  [[nodiscard]] virtual bool left_alone() const { return false; }
  // From now on nobody waits for what a plugin put off.
  virtual void hurry() = 0;
  // Cleans up after those that are done.
  virtual void join() = 0;
  // Enters into the metrics what was measured of them since observe(): their last words.
  virtual void measure(std::int64_t now_ns) = 0;
  // Leaves them to themselves: the process is about to go.
  virtual void detach() = 0;

  // How many threads of this process they are.
  [[nodiscard]] virtual std::size_t threads() const = 0;
  // Adds to a report how many they are, where they come and go.
  virtual void count(run_report& report) const = 0;
  // Appends what they have begun, as last looked at or heard of.
  virtual void begun(std::vector<engine::begun>& out) const = 0;
  // The task processes that they are in; nothing where they are threads of this one.
  [[nodiscard]] virtual std::optional<std::vector<admin::process_status>> processes() const {
    return std::nullopt;
  }
  // What those of one task have done so far.
  [[nodiscard]] virtual task_work work(std::uint32_t task) const = 0;
};

} // namespace tempest::service
