#include "plugins/file/change_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace file_lines {

change_watch::change_watch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

change_watch::~change_watch() {
  if (fd_ >= 0) ::close(fd_);
}

// By its descriptor: its path may lead to another file already.
int change_watch::add_file(int file) {
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  const int watch = ::inotify_add_watch(fd_, path.c_str(), IN_MODIFY);
  if (watch < 0) missed_ = true;
  return watch;
}

void change_watch::remove(int watch) {
  if (watch >= 0) ::inotify_rm_watch(fd_, watch);
}

void change_watch::add_folder(const std::string& folder) {
  const int watch = ::inotify_add_watch(fd_, folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
  if (watch >= 0) folders_.insert(watch);
  if (watch < 0 && errno != ENOENT) missed_ = true; // what is not there has no files
}

bool change_watch::drain() {
  bool came = false;
  alignas(inotify_event) std::array<char, 16384> bytes{};
  for (;;) {
    const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
    if (got <= 0) return came;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, bytes.data() + at, sizeof event);
      came = came || folders_.count(event.wd) > 0 || (event.mask & IN_Q_OVERFLOW) != 0;
      if ((event.mask & IN_IGNORED) != 0) folders_.erase(event.wd);
      at += sizeof event + event.len;
    }
  }
}

} // namespace file_lines
