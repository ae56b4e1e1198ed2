#include "plugins/redis/wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

namespace redis {

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

namespace {

pollfd wanted(const waiting& one) {
  return {one.fd, static_cast<short>(POLLIN | (one.write ? POLLOUT : 0)), 0};
}

// Waits for one of them to be ready, or for the deadline.
bool poll_until(std::span<pollfd> fds, steady::time_point deadline) {
  for (;;) {
    const auto left = std::max(deadline - steady::now(), steady::duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec limit{std::min<std::time_t>(seconds.count(), 3600),
                         std::chrono::nanoseconds(left - seconds).count()};
    const int ready = ::ppoll(fds.data(), fds.size(), &limit, nullptr);
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

} // namespace

readiness wait_for(wakeup& wake, waiting which, steady::time_point deadline) {
  pollfd fds[2] = {{wake.fd(), POLLIN, 0}, wanted(which)};
  readiness found;
  if (!poll_until(fds, deadline)) return found;
  found.interrupted = (fds[0].revents & POLLIN) != 0 && wake.take();
  found.readable = (fds[1].revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0;
  found.writable = (fds[1].revents & POLLOUT) != 0;
  return found;
}

bool wait_for_any(wakeup& wake, std::span<const waiting> which, steady::time_point deadline) {
  std::vector<pollfd> fds{{wake.fd(), POLLIN, 0}};
  for (const waiting& one : which) fds.push_back(wanted(one));
  return poll_until(fds, deadline) && (fds[0].revents & POLLIN) != 0 && wake.take();
}

} // namespace redis
