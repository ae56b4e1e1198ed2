// Writes down what is remembered, now and then.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include "plugins/file/line_memory.hpp"
#include "plugins/file/state_file.hpp"
#include "plugins/file/wakeup.hpp"

namespace file_lines {

// One thread.
class line_keeper {
 public:
  // Reads what the last run left. Throws std::runtime_error: another process has it, or it cannot
  // be read, or is no state.
  line_keeper(const std::string& path, reader_host& host);

  [[nodiscard]] line_memory& memory() { return memory_; }
  // Whether it is time to save() again: every second, or less often where that takes long. More
  // often at first, so that a process whose lives are short gets on.
  [[nodiscard]] bool is_due() const { return steady::now() >= next_; }
  // Something is to be known sooner: as soon as the share of time allows that saves may take.
  void soon() {
    next_ = std::min(next_, affordable_);
    is_soon_ = true;
  }
  // Until when to wait for something else.
  [[nodiscard]] steady::time_point before(steady::time_point deadline) const {
    return is_soon_ ? std::min(deadline, next_) : deadline;
  }
  // Something is worth being known at once.
  void hurry() { next_ = {}; }
  // Whether to save() before anything is handed over: it could not be known again by its id.
  [[nodiscard]] bool is_owed() const { return memory_.has_new_seed(); }
  // The disk has what is remembered when this returns. Throws std::runtime_error when it cannot be
  // written.
  void save(file_queue& queue);

 private:
  state_file file_;
  line_memory memory_;
  std::string written_;
  steady::time_point next_{};
  steady::duration pause_ = std::chrono::milliseconds(50); // between two
  steady::time_point affordable_{}; // when a save costs no more than its share
  bool is_soon_ = false;
};

[[nodiscard]] inline std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace file_lines
