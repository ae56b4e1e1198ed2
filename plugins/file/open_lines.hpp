// Which lines were handed over and are not done with, and under which token. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "plugins/file/line_buffer.hpp"
#include "plugins/file/stretch.hpp"

namespace file_lines {

struct open_line {
  std::uint64_t file = 0; // its number
  stretch lines;          // one
};

// A table of slots used again and again; a token is a slot's index and its generation, so a token
// is never given twice. As large as the most that was ever in hand at once: what is done with costs
// nothing. Not thread-safe.
class open_lines {
 public:
  // A line of that file is handed over; the token it goes by.
  std::uint64_t add(std::uint64_t file, const line& one, std::uint32_t failures);
  // It has failed so often by now. What is not in hand is passed over.
  void count_failures(std::uint64_t token, std::uint32_t failures);
  // It is in hand no more; nothing when it was not.
  std::optional<open_line> take(std::uint64_t token);
  // It failed for good: it stays open, for whoever reads the file in a later run.
  void keep(const open_line& one);
  // What was kept of a file, which is forgotten with this.
  std::vector<stretch> drop_kept(std::uint64_t file);

  [[nodiscard]] std::size_t in_hand() const { return slots_.size() - free_.size(); }
  // What is in hand or kept, by the number of the file. Not joined.
  [[nodiscard]] std::map<std::uint64_t, std::vector<stretch>> by_file() const;

 private:
  struct slot {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t number = 0;
    std::uint32_t file = 0;
    std::uint32_t failures = 0;
    std::uint32_t generation = 0;
    bool is_in_hand = false;
    [[nodiscard]] stretch lines() const { return {begin, end, number, failures, 1}; }
  };
  [[nodiscard]] slot* find(std::uint64_t token);

  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
  std::map<std::uint64_t, std::vector<stretch>> kept_;
};

} // namespace file_lines
