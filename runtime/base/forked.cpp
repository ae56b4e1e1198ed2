#include "runtime/base/forked.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "runtime/base/clock.hpp"

namespace tempest::base {
namespace {

// Files first: an open socket or lock here would outlive its owner.
[[noreturn]] void be_the_copy(const std::function<std::string()>& work, int into) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  constexpr int kept = 0;
  if (::dup2(into, kept) != kept || ::close_range(kept + 1, ~0U, 0) != 0) ::_exit(1);
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
  try {
    const std::string found = work();
    std::size_t sent = 0;
    while (sent < found.size()) {
      const ssize_t more = ::write(kept, found.data() + sent, found.size() - sent);
      if (more <= 0) ::_exit(1);
      sent += static_cast<std::size_t>(more);
    }
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

// Whether its end came in time.
bool read_all(int from, std::int64_t deadline_ns, std::string& found) {
  char piece[1024];
  for (;;) {
    const std::int64_t left_ms = (deadline_ns - steady_ns()) / 1'000'000;
    if (left_ms <= 0) return false;
    pollfd one{from, POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 60'000))) <= 0) continue;
    const ssize_t more = ::read(from, piece, sizeof piece);
    if (more == 0) return true;
    if (more < 0 && errno != EINTR) return false;
    if (more > 0) found.append(piece, static_cast<std::size_t>(more));
  }
}

bool ended_well(pid_t copy) {
  int status = 0;
  while (::waitpid(copy, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

std::string in_a_fork(const std::function<std::string()>& work,
                      std::chrono::milliseconds patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  // The copy keeps them blocked: what handles them is the process', and one that a fault raises
  // kills it all the same.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  const pid_t copy = ::fork();
  if (copy == 0) be_the_copy(work, ends[1]);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(ends[1]);
  std::string found;
  bool done = false;
  if (copy > 0) {
    done = read_all(ends[0], steady_ns() + nanoseconds(patience), found);
    if (!done) ::kill(copy, SIGKILL);
    done = ended_well(copy) && done;
  }
  ::close(ends[0]);
  return done ? found : std::string();
}

} // namespace tempest::base
