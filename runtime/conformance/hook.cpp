#include "runtime/conformance/hook.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/command_guard.hpp"
#include "runtime/conformance/started_process.hpp"

namespace tempest::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t look_every_ns = 2'000'000;

[[noreturn]] void refuse(const hook& what, const std::string& how, const std::string& said) {
  throw base::failure(base::exit_code::unavailable,
                      fmt::format("the command `{}` {}{}{}", what.key, how,
                                  said.empty() ? "" : "; it said: ", said));
}

} // namespace

std::string run_hook(const hook& what, const std::function<void()>& look) {
  const std::string base = what.folder + "/" + what.key;
  const std::string out = base + ".out";
  const std::string err = base + ".err";
  std::ofstream(base + ".in", std::ios::binary) << what.input;
  for (const std::string& made : {out, err}) fs::remove(made);
  const std::int64_t limit_ns = base::steady_ns() + base::nanoseconds(what.time_limit);
  command_guard guard;
  started_process shell(guard.words(what.command), {base + ".in", out, err, guard.channel()});
  guard.started();
  std::optional<int> status;
  while (!status) {
    status = shell.ended_by(base::steady_ns() + look_every_ns);
    look();
    if (is_beyond_limit(out) || is_beyond_limit(err)) {
      refuse(what, fmt::format("prints more than {} MiB", output_limit >> 20), {});
    }
    if (!status && base::steady_ns() > limit_ns) {
      refuse(what, fmt::format("takes more than {} ms", what.time_limit.count()), last_words(err));
    }
  }
  if (*status != 0) refuse(what, "failed: " + end_words(*status), last_words(err));
  guard.dismiss();
  std::ifstream printed(out, std::ios::binary);
  return {std::istreambuf_iterator<char>(printed), {}};
}

} // namespace tempest::conformance
