// How those that write to one file keep out of each other's way.
#pragma once

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace file_lines {

// Held while it lives. `mode`: LOCK_EX, or LOCK_SH for who only reads. Where the system knows no
// locks (some network file systems) it holds nothing.
class file_lock {
 public:
  file_lock(int fd, int mode) : fd_(fd) {
    while (::flock(fd_, mode) != 0 && errno == EINTR) continue;
  }
  ~file_lock() { ::flock(fd_, LOCK_UN); }
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

 private:
  int fd_;
};

// Whether `path` still leads to the open file, which may have been replaced, moved or deleted.
[[nodiscard]] inline bool is_at(int fd, const std::string& path) {
  struct stat ours {};
  struct stat there {};
  if (::fstat(fd, &ours) != 0) return true;
  if (::stat(path.c_str(), &there) != 0) return false;
  return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

} // namespace file_lines
