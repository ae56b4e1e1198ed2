#include "runtime/conformance/started_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/conformance/channel.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t words_limit = 400;

class spawn_plan {
 public:
  spawn_plan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~spawn_plan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  void open(int as, const std::string& file, int flags) {
    const char* const name = file.empty() ? "/dev/null" : file.c_str();
    posix_spawn_file_actions_addopen(&actions_, as, name, flags, 0600);
  }
  // Nothing else of ours stays open: a connection of the kit would outlive its cut there.
  void keep_channel(int from) {
    if (from >= 0) posix_spawn_file_actions_adddup2(&actions_, from, channel_descriptor);
    posix_spawn_file_actions_addclosefrom_np(
        &actions_, from >= 0 ? channel_descriptor + 1 : channel_descriptor);
  }
  int start(pid_t& pid, std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& one : words) pointers.push_back(one.data());
    pointers.push_back(nullptr);
    return posix_spawn(&pid, pointers[0], &actions_, &attributes_, pointers.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

} // namespace

started_process::started_process(std::vector<std::string> words, const process_files& files) {
  constexpr int add = O_WRONLY | O_CREAT | O_APPEND;
  spawn_plan plan;
  plan.open(STDIN_FILENO, files.input, O_RDONLY);
  plan.open(STDOUT_FILENO, files.output, add);
  plan.open(STDERR_FILENO, files.errors, add);
  plan.keep_channel(files.channel);
  const int error = plan.start(pid_, words);
  if (error == 0) return;
  throw base::failure(base::exit_code::unavailable,
                      fmt::format("{} cannot be started: {}", words[0], std::strerror(error)));
}

started_process::~started_process() {
  if (status_) return;
  signal(SIGKILL);
  static_cast<void>(ended_by(base::never_ns));
}

std::optional<int> started_process::ended_by(std::int64_t deadline_ns) {
  while (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = status;
    } else if (base::steady_ns() >= deadline_ns) {
      break;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return status_;
}

void started_process::signal(int number) const {
  if (!status_) ::kill(-pid_, number);
}

std::string end_words(int status) {
  if (WIFSIGNALED(status)) return strsignal(WTERMSIG(status));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

std::string last_words(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  if (text.size() > words_limit) text = "..." + text.substr(text.size() - words_limit);
  std::string line;
  for (const char one : text) {
    const bool blank = one == ' ' || one == '\n' || one == '\t' || one == '\r';
    if (!blank) line += one;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  return base::one_line(line);
}

} // namespace tempest::conformance
