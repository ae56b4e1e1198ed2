#include "runtime/conformance/started_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/spawn.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/conformance/channel.hpp"

namespace tempest::conformance {
namespace {

constexpr std::streamoff words_limit = 400;

// While our child has ended and was not waited for, its number, which is its group's, is its own.
bool is_to_be_waited_for(pid_t pid) {
  siginfo_t how{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &how, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         how.si_pid == pid;
}

} // namespace

started_process::started_process(const std::vector<std::string>& words, const process_files& files,
                                 leaving left)
    : left_(left) {
  constexpr int add = O_WRONLY | O_CREAT | O_APPEND;
  base::spawn_plan plan;
  plan.open(STDIN_FILENO, files.input, O_RDONLY);
  plan.open(STDOUT_FILENO, files.output, add);
  plan.open(STDERR_FILENO, files.errors, add);
  if (files.channel >= 0) plan.pass(files.channel, channel_descriptor);
  // Nothing else of ours stays open: a connection of the kit would outlive its cut there.
  plan.close_from(files.channel >= 0 ? channel_descriptor + 1 : channel_descriptor);
  plan.lead_group();
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
    if (left_ == leaving::ends_too && is_to_be_waited_for(pid_)) signal(SIGKILL);
    if (base::has_ended(pid_, WNOHANG, status)) {
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

bool is_beyond_limit(const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return !error && size > output_limit;
}

std::string last_words(const std::string& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = std::max<std::streamoff>(stream.tellg(), 0);
  const std::streamoff begin = std::max<std::streamoff>(size - words_limit, 0);
  stream.seekg(begin);
  std::string text(words_limit, '\0');
  stream.read(text.data(), words_limit);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (begin > 0) text = "..." + text;
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
