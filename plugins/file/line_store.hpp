// Reads the lines of a file in pages, and deletes some while others append. Knows nothing of
// Tempest.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace file_lines {

struct stored_line {
  std::string id;   // of its bytes: 16 hexadecimal digits
  std::string text; // without its end
};

// One thread. Writers may append to the file at any time (line_writer), and others erase.
class line_store {
 public:
  explicit line_store(std::string path);
  ~line_store();
  line_store(const line_store&) = delete;
  line_store& operator=(const line_store&) = delete;

  // Takes the file as it is now: read() shows nothing that comes later, and all of this but what is
  // erased meanwhile. A file that is not there has no lines. Throws std::runtime_error.
  void begin();
  // The lines from `offset` on, which is 0 or where the last call left it: up to `most` and about
  // `bytes`, one at least unless all that follows is erased. Throws std::runtime_error.
  std::vector<stored_line> read(off_t& offset, std::size_t most, std::size_t bytes);
  [[nodiscard]] bool at_end(off_t offset) const { return offset >= end_; }

  // Deletes lines with these ids, and returns how many there were. Those that the last read()
  // showed are marked where they stand (erased_mark.hpp): that costs the same however long the file
  // is. What is not found there, or is no JSON object, is looked for everywhere, and the file
  // replaced in one step by one without it, which has its owner and its rights. When this throws
  // std::runtime_error some may be erased, and no other line is lost.
  std::size_t erase(const std::set<std::string_view>& ids);
  // After the last erase(): gives back the room of all lines that are marked, by replacing the file
  // in the same way. Throws std::runtime_error; then the file is as it was.
  void compact();

 private:
  void close();

  std::string path_;
  int fd_ = -1;          // what begin() took
  off_t end_ = 0;        // of the lines that read() shows
  off_t shown_from_ = 0; // what the last read() was about
  off_t shown_to_ = 0;
  bool has_marked_ = false; // perhaps
};

// The id of a line.
[[nodiscard]] std::string line_id(std::string_view text);

} // namespace file_lines
