#include "runtime/base/helper_process.hpp"

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

namespace tempest::base {
namespace {

constexpr int parts_limit = 16; // as much as a pipe holds
constexpr int answer_descriptor = 3;

// Descriptors 1 to 3 of the child are pipes to us, no signal is blocked or ignored.
int spawn(pid_t& pid, const std::string& program, const std::vector<std::string>& arguments,
          int answer, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawn_file_actions_adddup2(&actions, answer, answer_descriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, answer_descriptor + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
  words.push_back(nullptr);
  const int error =
      posix_spawn(&pid, program.c_str(), &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Both ends beyond the descriptors that the child is given, so that none overwrites another.
bool make_pipe(int ends[2]) {
  int low[2];
  if (pipe2(low, O_CLOEXEC) != 0) return false;
  for (int i = 0; i < 2; ++i) {
    ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, answer_descriptor + 1);
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

helper_process::helper_process(const std::string& program,
                               const std::vector<std::string>& arguments, std::size_t most_text)
    : most_text_(most_text) {
  int answer[2] = {-1, -1};
  int output[2] = {-1, -1};
  int error = 0;
  if (make_pipe(answer) && make_pipe(output)) {
    error = spawn(pid_, program, arguments, answer[1], output[1]);
  } else {
    error = errno;
  }
  shut(answer[1]);
  shut(output[1]);
  answer_end_ = answer[0];
  output_end_ = output[0];
  if (error == 0) return;
  pid_ = -1;
  fault_ = std::strerror(error);
}

helper_process::~helper_process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    static_cast<void>(ended(0));
  }
  shut(answer_end_);
  shut(output_end_);
}

bool helper_process::wait_until(std::int64_t deadline_ns) {
  while (!ended(WNOHANG)) {
    const std::int64_t left_ms = (deadline_ns - steady_ns()) / 1'000'000;
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

// Whether it has ended; sees that only once. Without a process of ours there is nobody to ask for:
// -1 would be every process.
bool helper_process::ended(int options) {
  if (pid_ <= 0) return true;
  pid_t answer = 0;
  do {
    answer = waitpid(pid_, &status_, options);
  } while (answer < 0 && errno == EINTR);
  if (answer == 0) return false;
  pid_ = -1;
  return true;
}

// Takes what is there, after waiting for the first of it. Without outputs it just waits a moment.
void helper_process::listen(int wait_ms) {
  pollfd ends[] = {{answer_end_, POLLIN, 0}, {output_end_, POLLIN, 0}};
  const bool open = answer_end_ >= 0 || output_end_ >= 0;
  if (::poll(ends, 2, open ? wait_ms : std::min(wait_ms, 1)) <= 0) return;
  if (ends[0].revents != 0) read_from(answer_end_, answer_);
  if (ends[1].revents != 0) read_from(output_end_, output_);
}

void helper_process::read_from(int& from, std::string& into) const {
  char buffer[4096];
  for (int part = 0; part < parts_limit; ++part) { // one that never stops must not keep us here
    const ssize_t count = ::read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return shut(from);
    into.append(buffer, static_cast<std::size_t>(count));
    if (into.size() > most_text_) into.erase(0, into.size() - most_text_);
  }
}

} // namespace tempest::base
