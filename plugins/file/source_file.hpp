// One file of a reader: what of it is still to be read, and how far that has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "plugins/file/file_identity.hpp"
#include "plugins/file/input_file.hpp"
#include "plugins/file/line_buffer.hpp"

namespace file_lines {

// Lines that follow each other. Offsets are those of bytes; of a compressed file, of what it
// unpacks to.
struct stretch {
  static constexpr std::uint64_t without_end = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t begin = 0;
  std::uint64_t end = without_end;
  std::uint64_t line = 1;     // the number of the first
  std::uint32_t failures = 0; // how often the only one has failed before
  friend bool operator==(const stretch&, const stretch&) = default;
};

struct source_file {
  explicit source_file(line_rules rules) : lines(rules) {}

  // Where the reader comes back to later: it has more urgent things to do.
  void pause() {
    if (is_begun && !todo.empty()) {
      todo.front().begin = lines.next_offset();
      todo.front().line = lines.next_number();
    }
    is_begun = false;
  }

  std::uint64_t number = 0; // never that of another
  std::string path;         // where it lies
  std::string name;         // what the ids of its messages begin with; stays when it is moved
  input_file input;
  line_buffer lines;
  file_id id;
  fingerprint print;
  std::vector<stretch> todo; // by offset
  bool is_begun = false;     // of `todo`, the first
  bool is_all = false;       // `lines` has the last of it
  bool is_lost = false;      // it was emptied: what was read of it cannot be read again

  // Of one that is followed:
  bool is_ready = true;                       // there is more to read
  bool is_away = false;                       // no path that was asked for leads to it any more
  bool is_final = false;                      // nothing more is expected: its end is one
  bool is_broken = false;                     // it cannot be read on
  std::uint64_t after = 0;                    // the number of the file that comes first; 0: none
  std::uint64_t size = 0;                     // when it was looked at last
  std::chrono::steady_clock::time_point grew; // when that was seen last, or that it is away
  int watch = -1;
};

} // namespace file_lines
