#include "runtime/plugin/probe.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstring>

#include "runtime/base/clock.hpp"
#include "runtime/base/helper_process.hpp"
#include "runtime/plugin/probe_cache.hpp"

namespace tempest::plugin {
namespace {

constexpr std::int64_t limit_ns = 5'000'000'000;
constexpr std::size_t words_limit = 300;

// What it printed last, on one line: the reason often stands there.
std::string last_words(const std::string& output) {
  std::string line;
  for (const char c : output) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  if (line.empty()) return {};
  if (line.size() > words_limit) line = "..." + line.substr(line.size() - words_limit);
  return fmt::format("; it said: {}", line);
}

std::string judge(const std::string& path, const std::string& program) {
  base::helper_process child(program, {path});
  if (!child.fault().empty()) {
    return fmt::format("it cannot be probed: {} does not start: {}", program, child.fault());
  }
  if (!child.wait_until(base::steady_ns() + limit_ns)) {
    return "it hangs while it is loaded (no answer within 5 s)" + last_words(child.output());
  }
  if (WIFSIGNALED(child.status())) {
    return fmt::format("it crashes while it is loaded ({}){}", strsignal(WTERMSIG(child.status())),
                       last_words(child.output()));
  }
  if (child.answer() == "ok\n") return {};
  if (!child.answer().empty()) return child.answer();
  return fmt::format("it ends the process while it is loaded (exit code {}){}",
                     WEXITSTATUS(child.status()), last_words(child.output()));
}

} // namespace

std::string probe(const std::string& path, const std::string& program,
                  const std::string& cache_folder) {
  const probe_cache cache(cache_folder, program, path); // its identity before it is judged
  if (cache.knows()) return {};
  std::string verdict = judge(path, program);
  if (verdict.empty()) cache.keep();
  return verdict;
}

} // namespace tempest::plugin
