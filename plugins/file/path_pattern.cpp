#include "plugins/file/path_pattern.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>

#include "plugins/file/open_limit.hpp"

namespace file_lines {
namespace {

// A folder that cannot be read for now has what it had: that nothing is there would be a guess.
int ends_the_search(const char*, int code) {
  return code == EMFILE ? 1 : 0;
}

} // namespace

bool is_pattern(const std::string& path) {
  bool has_wildcard = false;
  for (std::size_t i = 0; i < path.size() && !has_wildcard; ++i) {
    if (path[i] == '\\') {
      ++i;
    } else {
      has_wildcard = path[i] == '*' || path[i] == '?' || path[i] == '[';
    }
  }
  struct stat found {};
  return has_wildcard && ::lstat(path.c_str(), &found) != 0;
}

std::vector<std::string> files_matching(const std::string& pattern) {
  std::vector<std::string> files;
  glob_t matches{};
  const int result = ::glob(pattern.c_str(), GLOB_NOSORT, &ends_the_search, &matches);
  for (std::size_t i = 0; result == 0 && i < matches.gl_pathc; ++i) {
    struct stat found {};
    const char* const path = matches.gl_pathv[i];
    if (::stat(path, &found) == 0 && S_ISREG(found.st_mode)) files.emplace_back(path);
  }
  ::globfree(&matches);
  if (result == GLOB_NOSPACE) throw std::bad_alloc();
  if (result == GLOB_ABORTED) throw too_many_open(pattern);
  std::sort(files.begin(), files.end());
  return files;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

} // namespace file_lines
