#include "runtime/base/helper_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/base/clock.hpp"
#include "runtime/base/spawn.hpp"

namespace tempest::base {
namespace {

constexpr int parts_limit = 16; // as much as a pipe holds
constexpr int answer_descriptor = 3;

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
    spawn_plan plan;
    plan.open(STDIN_FILENO, {}, O_RDONLY);
    plan.pass(output[1], STDOUT_FILENO);
    plan.pass(output[1], STDERR_FILENO);
    plan.pass(answer[1], answer_descriptor);
    plan.close_from(answer_descriptor + 1);
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    error = plan.start(pid_, words);
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

// Without a process of ours there is nobody to ask for: -1 would be every process.
bool helper_process::ended(int options) {
  if (pid_ <= 0) return true;
  if (!has_ended(pid_, options, status_)) return false;
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
