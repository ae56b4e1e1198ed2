// Lines of a file that follow each other. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace file_lines {

// Offsets are those of bytes; of a compressed file, of what it unpacks to.
struct stretch {
  static constexpr std::uint64_t without_end = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t begin = 0;
  std::uint64_t end = without_end;
  std::uint64_t line = 1;     // the number of the first
  std::uint32_t failures = 0; // how often each of them has failed before
  std::uint64_t lines = 0;    // how many; 0: not known, it has no end
  friend bool operator==(const stretch&, const stretch&) = default;
};

// Adds `added`, which overlaps none, to stretches that are sorted by offset. Neighbours that failed
// equally often become one; what has no end stays by itself, so that lines can be counted.
void add_stretch(std::vector<stretch>& to, const stretch& added);

// Sorts stretches that do not overlap, and joins neighbours as add_stretch() does.
void join_stretches(std::vector<stretch>& all);

// How many lines are in those that have an end.
[[nodiscard]] std::uint64_t lines_in(const std::vector<stretch>& all);

} // namespace file_lines
