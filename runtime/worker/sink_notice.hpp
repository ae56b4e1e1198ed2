// Says that a sink is away, once, however many workers write to it; and once that it is back. Knows
// how it is meanwhile.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "runtime/worker/sink_suspicion.hpp"

namespace tempest::worker {

class sink_notice {
 public:
  sink_notice(std::string name, std::string topology);

  // One of those that write to it has lost it. [any thread]
  void away(const std::string& reason);
  // One of those that had lost it writes to it again: said once the last one does. [any thread]
  void back();

  // One of those that write to it has found it well, for the first time. [any thread]
  void reached();
  // Of all that write to it. [any thread]
  [[nodiscard]] write_history& history() { return history_; }
  // Why it is not well; empty: it is. [any thread]
  [[nodiscard]] std::string trouble() const;

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  const std::string name_; // of the task, or what it is for
  const std::string topology_;
  write_history history_;
  mutable std::mutex mutex_;
  std::uint32_t without_it_ = 0;           // how many have lost it
  std::string reason_ = "not reached yet"; // of the first of them
  bool reached_ = false;                   // ever
};

} // namespace tempest::worker
