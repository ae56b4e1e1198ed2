// A small file that is replaced as a whole, and that one process has at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace file_lines {

// Locked by PATH.lock while it lives; that file stays, and says whose the lock is. It can also be
// written when all descriptors of the process are in use. Not thread-safe.
class state_file {
 public:
  // Makes the folders that are missing. Throws std::runtime_error: another process has it, or it
  // cannot be locked.
  explicit state_file(const std::string& path);
  ~state_file();
  state_file(const state_file&) = delete;
  state_file& operator=(const state_file&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // What is in it; nothing when there is none. Throws std::runtime_error.
  [[nodiscard]] std::optional<std::string> read() const;
  // The disk has all of it when this returns. Throws std::runtime_error; then it is as it was.
  void write(std::string_view text) const;

 private:
  void lock();

  std::string path_; // where a link to it leads
  int lock_ = -1;
  mutable int spare_ = -1; // closed while it is written, which needs one
};

} // namespace file_lines
