#include "plugins/file/file_search.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "plugins/file/path_pattern.hpp"

namespace file_lines {
namespace {

bool is_it(const std::string& path, std::uint64_t inode, const fingerprint& print) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_ino != inode) {
    return false;
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  const bool is =
      ::fstat(fd, &found) == 0 && found.st_ino == inode && print_of(fd, print.bytes) == print;
  ::close(fd);
  return is;
}

} // namespace

std::optional<std::string> where_is(const std::string& path, std::uint64_t inode,
                                    const fingerprint& print) {
  if (is_it(path, inode, print)) return path;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder_of(path), failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string found = (folder / at->path().filename()).string();
    if (is_it(found, inode, print)) return found;
  }
  return std::nullopt;
}

} // namespace file_lines
