#include "plugins/file/line_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "plugins/file/file_lock.hpp"

namespace file_lines {
namespace {

std::runtime_error cannot_write(const std::string& path, const std::string& why) {
  return std::runtime_error("cannot write to '" + path + "': " + why);
}

} // namespace

line_writer::line_writer(std::string path, bool sync) : path_(std::move(path)), sync_(sync) {}

line_writer::~line_writer() {
  close();
}

void line_writer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void line_writer::open() {
  close();
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  std::error_code why;
  if (!folder.empty()) std::filesystem::create_directories(folder, why);
  if (why) {
    throw cannot_write(path_,
                       "its folder " + folder.string() + " cannot be made: " + why.message());
  }
  constexpr int flags = O_APPEND | O_CREAT | O_CLOEXEC;
  struct stat found {};
  const bool is_pipe = ::stat(path_.c_str(), &found) == 0 && S_ISFIFO(found.st_mode);
  // A named pipe that this end could read as well would take lines that nobody reads.
  if (!is_pipe) fd_ = ::open(path_.c_str(), O_RDWR | flags, 0666);
  if (fd_ < 0) fd_ = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | flags, 0666);
  if (fd_ < 0) throw cannot_write(path_, errno == ENXIO ? "nobody reads it" : std::strerror(errno));
  ::fcntl(fd_, F_SETFL, O_APPEND); // only the opening does not wait for a reader
  is_regular_ = ::fstat(fd_, &found) == 0 && S_ISREG(found.st_mode);
}

void line_writer::flush() {
  if (pending_.empty()) return;
  try {
    if (fd_ < 0) open();
    while (!append()) open();
  } catch (...) {
    pending_.clear();
    throw;
  }
  pending_.clear();
}

// False: the file is not at its path any more. Only under the lock can it not go away before the
// write: who replaces the file (line_store::erase, a log rotation) would leave behind what came
// late.
bool line_writer::append() {
  if (!is_regular_) {
    write_all(pending_);
    return true;
  }
  const file_lock alone(fd_, LOCK_EX);
  if (!is_at(fd_, path_)) return false;
  const off_t before = ::lseek(fd_, 0, SEEK_END);
  try {
    // A process that was killed while it wrote left half a line: ours begins on one of its own.
    char last = '\n';
    if (before > 0 && ::pread(fd_, &last, 1, before - 1) == 1 && last != '\n') write_all("\n");
    write_all(pending_);
    if (sync_ && ::fsync(fd_) != 0) throw cannot_write(path_, std::strerror(errno));
  } catch (const std::runtime_error& error) {
    if (before < 0 || ::ftruncate(fd_, before) == 0) throw;
    throw std::runtime_error(
        std::string(error.what()) +
        "; what was written before that could not be taken back: " + std::strerror(errno));
  }
  return true;
}

void line_writer::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t step = ::write(fd_, bytes.data(), bytes.size());
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) throw cannot_write(path_, std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(step));
  }
}

} // namespace file_lines
