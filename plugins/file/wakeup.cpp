#include "plugins/file/wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace file_lines {

wakeup::wakeup() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make an eventfd");
}

wakeup::~wakeup() {
  ::close(fd_);
}

void wakeup::raise() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then it is raised already.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

bool wakeup::take() noexcept {
  std::uint64_t count = 0;
  return ::read(fd_, &count, sizeof count) == sizeof count;
}

wait_end wakeup::wait(int fd, steady::time_point deadline) noexcept {
  pollfd fds[2] = {{fd_, POLLIN, 0}, {fd, POLLIN, 0}};
  for (;;) {
    const auto left = std::max(deadline - steady::now(), steady::duration::zero());
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const auto wait_ms = static_cast<int>(std::min<std::int64_t>(left_ms, 3'600'000));
    const int ready = ::poll(fds, fd < 0 ? 1 : 2, wait_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return wait_end::deadline;
    if (take()) return wait_end::raised;
    if (fd >= 0 && fds[1].revents != 0) return wait_end::readable;
  }
}

} // namespace file_lines
