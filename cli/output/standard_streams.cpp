#include "cli/output/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace tempest::cli {

void reserve_standard_streams() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    // The lowest free number, which is this one. A path can be neither read nor written.
    [[maybe_unused]] const int taken = ::open("/", O_PATH);
  }
}

bool stdout_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

} // namespace tempest::cli
