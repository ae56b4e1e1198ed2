// What a source remembers of its files, and how that is written. Pure.
//
//   tempest file state 2
//   seed 0123456789abcdef
//   file 2049 1835023 print 1024 89ab12cd34ef5678 mark 5f3a9c01 seen 1796000000 /var/log/app.log
//     open 1024 2048 line 17 lines 12 failures 1
//     rest 4096 line 60
//   end 1 check 5d41402a
//
// The seed is what the marks of files that are begun from now on are made of. Of each file device,
// inode, fingerprint, the mark in the ids of its messages, when it was there last (seconds since
// 1970) and the path by which it was found first, with % for bytes that would break the line.
// `open` are lines that are not done with, from one byte up to another; all from `rest` on was not
// read yet. The last line says how many files there are, and has the CRC-32 of all before its last
// word.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/file/file_identity.hpp"
#include "plugins/file/stretch.hpp"

namespace file_lines {

struct remembered_file {
  file_id id;
  fingerprint print;
  std::string mark;
  std::int64_t seen_s = 0;
  std::string path;
  std::vector<stretch> open; // by offset
  friend bool operator==(const remembered_file&, const remembered_file&) = default;
};

struct remembered_state {
  std::uint64_t seed = 0; // 0: there is none yet
  std::vector<remembered_file> files;
  friend bool operator==(const remembered_state&, const remembered_state&) = default;
};

// A text is no state, or damaged: says in which line, and what is wrong there.
class bad_state : public std::runtime_error {
 public:
  bad_state(std::size_t line, const std::string& what)
      : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

[[nodiscard]] std::string state_text(const remembered_state& state);
// Throws bad_state. An empty text is damaged, too.
[[nodiscard]] remembered_state state_in(std::string_view text);

} // namespace file_lines
