// Unpacks gzip as it comes, in bounded memory. Knows no files.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

struct z_stream_s;

namespace file_lines {

// What was compressed is damaged.
class bad_gzip : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Whether bytes begin as gzip does; at least two of them.
[[nodiscard]] bool begins_as_gzip(std::span<const char> head);

// One or more members, one after the other, as gzip writes and `cat` joins them; zeros after the
// last one are filling. Not thread-safe.
class gunzip {
 public:
  struct step {
    std::size_t taken = 0; // of the input
    std::size_t made = 0;  // of the output
  };

  // Throws std::runtime_error when there is no memory.
  gunzip();
  ~gunzip();
  gunzip(const gunzip&) = delete;
  gunzip& operator=(const gunzip&) = delete;

  // Begins anew.
  void restart();
  // Unpacks some of `in` into `out`; takes or makes something unless one of them is empty. Throws
  // bad_gzip; what was made before has been returned by then.
  step run(std::span<const char> in, std::span<char> out);
  // Whether the input may end here: no member has begun that has not ended.
  [[nodiscard]] bool may_end() const { return !is_within_member_; }

 private:
  z_stream_s* stream_;
  bool is_within_member_ = false;
  bool has_ended_one_ = false;
  std::string problem_; // found after something was made
};

} // namespace file_lines
