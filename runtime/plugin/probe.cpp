#include "runtime/plugin/probe.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "runtime/base/clock.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t limit_ns = 5'000'000'000;
constexpr std::size_t verdict_limit = 4096;
constexpr std::string_view verdict_mark = "tempest-probe 1 ";

// Where the verdict about this very file is kept; empty when it cannot be named.
std::string cache_file(const std::string& path, const std::string& folder) {
  struct stat file {};
  if (folder.empty() || stat(path.c_str(), &file) != 0) return {};
  return fmt::format("{}/probe-{}-{}-{}-{}.{:09}", folder, file.st_dev, file.st_ino, file.st_size,
                     file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

std::optional<std::string> read_verdict(const std::string& file) {
  if (file.empty()) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (text.size() > verdict_limit || !text.starts_with(verdict_mark) || text.back() != '\n') {
    return std::nullopt;
  }
  text.pop_back();
  return text.substr(verdict_mark.size());
}

// Best effort: without a cache the next start probes again.
void keep_verdict(const std::string& file, const std::string& verdict) {
  if (file.empty()) return;
  std::error_code error;
  fs::create_directories(fs::path(file).parent_path(), error);
  const std::string draft = fmt::format("{}.{}", file, getpid());
  std::ofstream(draft, std::ios::binary) << verdict_mark << verdict << '\n';
  fs::rename(draft, file, error);
  if (error) fs::remove(draft, error);
}

struct child {
  pid_t pid = -1;
  int output = -1;
};

std::optional<child> start(const std::string& program, const std::string& path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 3);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  char* arguments[] = {const_cast<char*>(program.c_str()), const_cast<char*>(path.c_str()),
                       nullptr};
  child made;
  const int error = posix_spawn(&made.pid, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  made.output = ends[0];
  if (error == 0) return made;
  ::close(made.output);
  return std::nullopt;
}

// What the child wrote before it ended; nothing when the time is up.
std::optional<std::string> read_all(int output) {
  const std::int64_t deadline_ns = base::steady_ns() + limit_ns;
  std::string text;
  char buffer[1024];
  for (;;) {
    const std::int64_t left_ms = (deadline_ns - base::steady_ns()) / 1'000'000;
    if (left_ms <= 0) return std::nullopt;
    pollfd waiting{output, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left_ms)) <= 0) continue;
    const ssize_t count = ::read(output, buffer, sizeof buffer);
    if (count <= 0) return text;
    if (text.size() < verdict_limit) text.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string judge(const std::string& path, const std::string& program) {
  const auto running = start(program, path);
  if (!running) {
    return fmt::format("it cannot be probed: {} does not start ({})", program,
                       std::strerror(errno));
  }
  const auto said = read_all(running->output);
  ::close(running->output);
  if (!said) kill(running->pid, SIGKILL);
  int status = 0;
  while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!said) return "it hangs while it is loaded (no answer within 5 s)";
  if (WIFSIGNALED(status)) {
    return fmt::format("it crashes while it is loaded ({})", strsignal(WTERMSIG(status)));
  }
  if (said->starts_with("ok\n")) return {};
  if (said->empty()) {
    return fmt::format("it ends the process while it is loaded (exit code {})",
                       WEXITSTATUS(status));
  }
  return *said;
}

} // namespace

std::string probe(const std::string& path, const std::string& program,
                  const std::string& cache_folder) {
  const std::string file = cache_file(path, cache_folder);
  if (const auto known = read_verdict(file)) return *known;
  std::string verdict = judge(path, program);
  // A missing helper or a slow machine says nothing lasting about the file.
  const bool lasting =
      !verdict.starts_with("it cannot be probed") && !verdict.starts_with("it hangs");
  if (lasting) keep_verdict(file, verdict);
  return verdict;
}

} // namespace tempest::plugin
