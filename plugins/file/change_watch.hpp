// Tells when files may have changed, so that whoever follows them can sleep until then.
#pragma once

#include <set>
#include <string>

namespace file_lines {

// A hint and no more: network file systems tell nothing, and the system may run out of watches.
// Whoever uses it has to look by himself from time to time. One thread.
class change_watch {
 public:
  change_watch();
  ~change_watch();
  change_watch(const change_watch&) = delete;
  change_watch& operator=(const change_watch&) = delete;

  // Readable when something may have changed; -1: this system does not tell.
  [[nodiscard]] int fd() const { return fd_; }
  // Whether all that was asked for is watched.
  [[nodiscard]] bool sees_all() const { return fd_ >= 0 && !missed_; }
  // Writes to the open file, until remove() is given what this returned.
  int add_file(int file);
  void remove(int watch);
  // Files that come to the folder.
  void add_folder(const std::string& folder);
  // Takes what was told; whether files came to a folder.
  bool drain();

 private:
  int fd_ = -1;
  bool missed_ = false;
  std::set<int> folders_; // by watch
};

} // namespace file_lines
