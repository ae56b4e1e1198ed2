#include "runtime/conformance/started_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/spawn.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/conformance/channel.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t words_limit = 400;

} // namespace

started_process::started_process(const std::vector<std::string>& words,
                                 const process_files& files) {
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
