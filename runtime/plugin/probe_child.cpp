#include "runtime/plugin/probe_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/base/clock.hpp"

namespace tempest::plugin {
namespace {

constexpr std::size_t text_limit = 4096;
constexpr int parts_limit = 16; // as much as a pipe holds
constexpr int verdict_descriptor = 3;

// Descriptors 1 to 3 of the child are pipes to us, no signal is blocked or ignored.
int spawn(pid_t& pid, const std::string& program, const std::string& library, int verdict,
          int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawn_file_actions_adddup2(&actions, verdict, verdict_descriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  char* arguments[] = {const_cast<char*>(program.c_str()), const_cast<char*>(library.c_str()),
                       nullptr};
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Both ends beyond the descriptors that the child is given, so that none overwrites another.
bool make_pipe(int ends[2]) {
  int low[2];
  if (pipe2(low, O_CLOEXEC) != 0) return false;
  for (int i = 0; i < 2; ++i) {
    ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, verdict_descriptor + 1);
    ::close(low[i]);
  }
  if (ends[0] >= 0) fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return ends[0] >= 0 && ends[1] >= 0;
}

void shut(int& end) {
  if (end >= 0) ::close(end);
  end = -1;
}

} // namespace

probe_child::probe_child(const std::string& program, const std::string& library) {
  int verdict[2] = {-1, -1};
  int output[2] = {-1, -1};
  int error = 0;
  if (make_pipe(verdict) && make_pipe(output)) {
    error = spawn(pid_, program, library, verdict[1], output[1]);
  } else {
    error = errno;
  }
  shut(verdict[1]);
  shut(output[1]);
  verdict_end_ = verdict[0];
  output_end_ = output[0];
  if (error == 0) return;
  pid_ = -1;
  fault_ = std::strerror(error);
}

probe_child::~probe_child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    static_cast<void>(ended(0));
  }
  shut(verdict_end_);
  shut(output_end_);
}

bool probe_child::wait_until(std::int64_t deadline_ns) {
  while (!ended(WNOHANG)) {
    const std::int64_t left_ms = (deadline_ns - base::steady_ns()) / 1'000'000;
    if (left_ms <= 0) {
      listen(0);
      kill(pid_, SIGKILL);
      static_cast<void>(ended(0));
      return false;
    }
    listen(static_cast<int>(std::min<std::int64_t>(left_ms, 10)));
  }
  listen(0);
  return true;
}

// Whether it has ended; sees that only once.
bool probe_child::ended(int options) {
  pid_t answer = 0;
  do {
    answer = waitpid(pid_, &status_, options);
  } while (answer < 0 && errno == EINTR);
  if (answer == 0) return false;
  pid_ = -1;
  return true;
}

// Takes what is there, after waiting for the first of it. Without outputs it just waits a moment.
void probe_child::listen(int wait_ms) {
  pollfd ends[] = {{verdict_end_, POLLIN, 0}, {output_end_, POLLIN, 0}};
  const bool open = verdict_end_ >= 0 || output_end_ >= 0;
  if (::poll(ends, 2, open ? wait_ms : std::min(wait_ms, 1)) <= 0) return;
  if (ends[0].revents != 0) read_from(verdict_end_, verdict_);
  if (ends[1].revents != 0) read_from(output_end_, output_);
}

void probe_child::read_from(int& from, std::string& into) const {
  char buffer[text_limit];
  for (int part = 0; part < parts_limit; ++part) { // one that never stops must not keep us here
    const ssize_t count = ::read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return shut(from);
    into.append(buffer, static_cast<std::size_t>(count));
    if (into.size() > text_limit) into.erase(0, into.size() - text_limit);
  }
}

} // namespace tempest::plugin
