// One file of a reader: what of it is still to be read, and how far that has come.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/file/file_identity.hpp"
#include "plugins/file/input_file.hpp"
#include "plugins/file/line_buffer.hpp"
#include "plugins/file/stretch.hpp"

namespace file_lines {

struct source_file {
  explicit source_file(line_rules rules) : lines(rules) {}

  // Where the reader comes back to later: it has more urgent things to do.
  void pause() {
    if (is_begun) leave_out_what_was_taken(todo);
    is_begun = false;
  }

  // What was not handed over yet, and what may come behind the end.
  [[nodiscard]] std::vector<stretch> unread() const {
    std::vector<stretch> left = todo;
    if (is_begun) leave_out_what_was_taken(left);
    if (left.empty() || left.back().end != stretch::without_end) left.push_back(rest);
    return left;
  }

  std::uint64_t number = 0; // never that of another
  std::string path;         // where it lies
  std::string name;         // what the ids of its messages begin with; stays when it is moved
  input_file input;
  line_buffer lines;
  file_id id;
  fingerprint print;
  std::vector<stretch> todo; // by offset
  stretch rest;              // what may come behind its end, once that was read
  bool is_begun = false;     // of `todo`, the first
  bool is_all = false;       // `lines` has the last of it
  bool is_known = false;     // its id and print are
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

 private:
  void leave_out_what_was_taken(std::vector<stretch>& from) const {
    if (from.empty()) return;
    stretch& first = from.front();
    // What has an end has lines, even if there were more up to here than was said.
    if (first.lines > 0) {
      first.lines -= std::min(first.lines - 1, lines.next_number() - first.line);
    }
    first.begin = lines.next_offset();
    first.line = lines.next_number();
    if (first.begin >= first.end) from.erase(from.begin());
  }
};

} // namespace file_lines
