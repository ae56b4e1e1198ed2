// Reads the lines of files, and of standard input. Knows nothing of Tempest.
#pragma once

#include <memory>

#include "plugins/file/file_queue.hpp"

namespace file_lines {

enum class fill_result {
  data,    // look at peek() again
  nothing, // none until the deadline, or interrupted
  end      // all is read
};

// One thread, except interrupt().
class line_reader {
 public:
  explicit line_reader(std::unique_ptr<file_queue> queue) : queue_(std::move(queue)) {}

  // The next line that is in memory; false: fill() first.
  [[nodiscard]] bool peek(line& made);
  // Passes over the line that peek() showed.
  void pop() { file_->lines.pop(); }
  // The file that the lines of now come from. Only when peek() has one.
  [[nodiscard]] const source_file& file() const { return *file_; }
  // Reads on, waiting until the deadline for what is not there yet. Throws std::runtime_error when
  // a file cannot be read; the next call tries again where it was. Only when peek() has none.
  fill_result fill(steady::time_point deadline);
  // Whether what was read so far ends within a line, or has not come to where the next one begins.
  [[nodiscard]] bool is_within_line() const;
  // Whether interrupt() came, which this takes as seen, or the deadline has.
  [[nodiscard]] bool is_called_off(steady::time_point deadline);
  // Waits for interrupt() or the deadline.
  void wait(steady::time_point deadline) { (void)wake_.wait(-1, deadline); }
  // Ends a wait in another thread; one without effect is kept for the next. [any thread]
  void interrupt() noexcept { wake_.raise(); }

  // Reads these lines once more; false: they are not there any more.
  bool read_again(std::uint64_t file_number, const stretch& lines);
  [[nodiscard]] file_queue& queue() { return *queue_; }

 private:
  [[nodiscard]] static bool begin(source_file& file);
  void end_stretch(source_file& file);
  [[nodiscard]] static bool is_over(const source_file& file);
  fill_result read(source_file& file, steady::time_point deadline);

  wakeup wake_;
  std::unique_ptr<file_queue> queue_;
  source_file* file_ = nullptr; // of what peek() shows
};

} // namespace file_lines
