#include "runtime/plugin/readable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tempest::plugin {
namespace {

std::string why_not_open(const std::string& path, int error) {
  struct stat link {};
  if (error == ENOENT && lstat(path.c_str(), &link) == 0) {
    return "it is a symbolic link to a file that is not there";
  }
  if (error == ENOENT || error == ENOTDIR) return "there is no such file; was it built?";
  return fmt::format("it cannot be read: {}", std::strerror(error));
}

} // namespace

readable_file::readable_file(const std::string& path)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  struct stat about {};
  if (file_ < 0 || fstat(file_, &about) != 0) {
    fault_ = why_not_open(path, errno);
  } else if (S_ISDIR(about.st_mode)) {
    fault_ = "it is a folder";
  } else if (!S_ISREG(about.st_mode)) {
    fault_ = "it is not a regular file";
  } else {
    size_ = static_cast<std::uint64_t>(about.st_size);
  }
}

readable_file::~readable_file() {
  if (file_ >= 0) ::close(file_);
}

bool readable_file::read(std::uint64_t offset, void* into, std::size_t bytes) const {
  if (!holds(offset, bytes)) return false;
  auto* to = static_cast<char*>(into);
  while (bytes > 0) {
    const ssize_t step = ::pread(file_, to, bytes, static_cast<off_t>(offset));
    if (step < 0 && errno == EINTR) continue;
    if (step <= 0) return false;
    to += step;
    offset += static_cast<std::uint64_t>(step);
    bytes -= static_cast<std::size_t>(step);
  }
  return true;
}

} // namespace tempest::plugin
