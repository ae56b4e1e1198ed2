// Reads the lines of files, and of standard input, one after the other. Knows nothing of Tempest.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace file_lines {

using steady = std::chrono::steady_clock;

struct line {
  std::string_view text;           // without its end; valid until fill()
  std::uint64_t number = 0;        // in its file, from 1
  std::uint64_t dropped_bytes = 0; // of a line that is longer than allowed: what `text` lacks
};

struct line_rules {
  std::size_t max_line_bytes = std::size_t{1} << 20;
  bool keep_cr = false; // else the carriage return of a CRLF goes with the line's end
};

enum class fill_result {
  data,    // look at peek() again
  nothing, // none until the deadline, or interrupted
  end      // all is read
};

// A path is missing, a folder or not readable: says which one and why.
class unreadable : public std::runtime_error {
 public:
  unreadable(const std::string& path, const std::string& why);
};

// One thread, except interrupt().
class line_reader {
 public:
  // "-" is standard input. Throws `unreadable` for the first path that is.
  line_reader(std::vector<std::string> paths, line_rules rules);
  ~line_reader();
  line_reader(const line_reader&) = delete;
  line_reader& operator=(const line_reader&) = delete;

  // The next line that is in memory; false: fill() first.
  [[nodiscard]] bool peek(line& made);
  // Passes over the line that peek() showed.
  void pop();
  // The file that the lines of now come from.
  [[nodiscard]] const std::string& path() const { return paths_[file_]; }
  // Reads on, waiting for a pipe or terminal until the deadline. Throws std::runtime_error when a
  // file cannot be read; the next call tries again where it was. Only when peek() has none.
  fill_result fill(steady::time_point deadline);
  // Whether what was read so far ends within a line.
  [[nodiscard]] bool is_within_line() const { return !at_eof_ && end_ > begin_; }
  // Whether interrupt() came, which this takes as seen, or the deadline has.
  [[nodiscard]] bool is_called_off(steady::time_point deadline);
  // Waits for interrupt() or the deadline.
  void wait(steady::time_point deadline);
  // Ends a wait in another thread; one without effect is kept for the next. [any thread]
  void interrupt() noexcept;

 private:
  void open_current();
  void close_current();
  [[nodiscard]] bool interrupted();
  [[nodiscard]] bool wait_readable(int fd, steady::time_point deadline);
  void forget_what_is_too_long();

  std::vector<std::string> paths_;
  line_rules rules_;
  int wake_ = -1;
  std::size_t file_ = 0; // index in paths_; paths_.size(): all is read
  int fd_ = -1;
  bool is_regular_ = false;
  bool at_eof_ = false;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;   // of the line that is next
  std::size_t scanned_ = 0; // no line end before here
  std::size_t end_ = 0;     // of what was read
  std::size_t popped_ = 0;  // where the line after the peeked one begins; 0: none is peeked
  std::uint64_t number_ = 0;
  std::uint64_t dropped_ = 0; // bytes of the next line that were not kept
};

} // namespace file_lines
