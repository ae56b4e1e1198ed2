// How a file is known again, whatever it is called by then.
#pragma once

#include <cstdint>

namespace file_lines {

struct file_id {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const file_id&, const file_id&) = default;
};

// Of the first bytes of a file: another file that was given the same inode begins otherwise.
struct fingerprint {
  static constexpr std::uint64_t most_bytes = 1024;
  std::uint64_t bytes = 0; // how many; fewer than most_bytes while the file was shorter
  std::uint64_t hash = 0;
  friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

// The fingerprint of the first `bytes` of the open file, at most most_bytes; of fewer when it has
// no more.
[[nodiscard]] fingerprint print_of(int fd, std::uint64_t bytes = fingerprint::most_bytes);

} // namespace file_lines
