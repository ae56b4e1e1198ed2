// Cuts bytes into lines. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace file_lines {

struct line {
  std::string_view text;           // without its end; valid until room()
  std::uint64_t number = 0;        // in its file, from 1
  std::uint64_t begin = 0;         // where it begins in its file, and where the next one does
  std::uint64_t end = 0;           //   (of a compressed file: in what was compressed)
  std::uint64_t dropped_bytes = 0; // of a line that is longer than allowed: what `text` lacks
};

struct line_rules {
  std::size_t max_line_bytes = std::size_t{1} << 20;
  bool keep_cr = false; // else the carriage return of a CRLF goes with the line's end
};

// Holds what was read and not yet taken: less than a line that is longer than allowed, and one
// read. Not thread-safe.
class line_buffer {
 public:
  static constexpr std::uint64_t without_limit = std::numeric_limits<std::uint64_t>::max();

  explicit line_buffer(line_rules rules) : rules_(rules) {}

  // What comes next begins at `offset` of its file, with this line. Forgets what it has.
  void begin_at(std::uint64_t offset, std::uint64_t number);
  // Passes over what it has up to there, where this line begins; false: that is not in it.
  [[nodiscard]] bool skip_to(std::uint64_t offset, std::uint64_t number);
  // The next line, when its end is there. `is_all`: nothing will follow, so that the last line
  // needs no end.
  // `limit`: nor does one that goes up to there, which is not passed.
  [[nodiscard]] bool peek(line& made, bool is_all, std::uint64_t limit = without_limit);
  // Passes over the line that peek() showed.
  void pop();

  // Where to put further bytes, up to `most`, and how many came. Only when peek() has no line.
  [[nodiscard]] std::span<char> room(std::size_t most);
  void added(std::size_t count) { end_ += count; }

  // Whether what was read so far ends within a line.
  [[nodiscard]] bool is_within_line() const { return end_ > begin_ || dropped_ > 0; }
  // Where the next line begins, and which one that is.
  [[nodiscard]] std::uint64_t next_offset() const { return offset_; }
  [[nodiscard]] std::uint64_t next_number() const { return number_ + 1; }
  // Where in its file the next byte of room() belongs.
  [[nodiscard]] std::uint64_t read_offset() const { return offset_ + dropped_ + (end_ - begin_); }

  // How much memory it holds.
  [[nodiscard]] std::size_t capacity() const { return bytes_.capacity(); }
  // Gives back memory that is not needed while nothing comes.
  void put_aside();
  // Goes on in the memory of another, which has nothing left to hold.
  void take_memory_of(line_buffer& other) { bytes_ = std::move(other.bytes_); }

 private:
  line_rules rules_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;     // of the line that is next
  std::size_t scanned_ = 0;   // no line end before here
  std::size_t end_ = 0;       // of what was read
  std::size_t popped_ = 0;    // where the line after the peeked one begins
  std::uint64_t offset_ = 0;  // of the line that is next, in its file
  std::uint64_t number_ = 0;  // of the last line that was taken
  std::uint64_t dropped_ = 0; // bytes of the next line that were not kept
};

} // namespace file_lines
