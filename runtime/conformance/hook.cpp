#include "runtime/conformance/hook.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/started_process.hpp"

namespace tempest::conformance {
namespace {

constexpr std::int64_t limit_ns = 60'000'000'000;

[[noreturn]] void refuse(const std::string& what, const std::string& how, const std::string& said) {
  throw base::failure(
      base::exit_code::unavailable,
      fmt::format("the command `{}` {}{}{}", what, how, said.empty() ? "" : "; it said: ", said));
}

} // namespace

std::string run_hook(const std::string& what, const std::string& command, const std::string& folder,
                     const std::string& input) {
  const std::string base = folder + "/" + what;
  std::ofstream(base + ".in", std::ios::binary) << input;
  for (const char* const made : {".out", ".err"}) std::filesystem::remove(base + made);
  started_process shell({"/bin/sh", "-c", command}, {base + ".in", base + ".out", base + ".err"});
  const auto status = shell.ended_by(base::steady_ns() + limit_ns);
  const std::string said = last_words(base + ".err");
  if (!status) refuse(what, "takes more than 60 s", said);
  if (*status != 0) refuse(what, "failed: " + end_words(*status), said);
  std::ifstream printed(base + ".out", std::ios::binary);
  return {std::istreambuf_iterator<char>(printed), {}};
}

} // namespace tempest::conformance
