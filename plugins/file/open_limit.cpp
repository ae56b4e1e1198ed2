#include "plugins/file/open_limit.hpp"

#include <sys/resource.h>

namespace file_lines {
namespace {

constexpr rlim_t share_of_others = 8; // one in so many

// Asked for each time: it may be raised from outside (prlimit).
rlim_t open_limit() {
  rlimit allowed{};
  return ::getrlimit(RLIMIT_NOFILE, &allowed) == 0 ? allowed.rlim_cur : RLIM_INFINITY;
}

} // namespace

too_many_open::too_many_open(const std::string& path) : unreadable(path, open_limit_words()) {}

bool takes_from_others(int fd) {
  const rlim_t limit = open_limit();
  return static_cast<rlim_t>(fd) >= limit - limit / share_of_others;
}

std::string open_limit_words() {
  return "this process may have " + std::to_string(open_limit()) +
         " files open: raise the limit (ulimit -n, LimitNOFILE= of a systemd unit)";
}

} // namespace file_lines
