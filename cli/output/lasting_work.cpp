#include "cli/output/lasting_work.hpp"

#include "cli/output/print.hpp"
#include "cli/output/terminal.hpp"
#include "runtime/base/clock.hpp"

namespace tempest::cli {
namespace {

constexpr std::int64_t on_terminal_ns = 250'000'000;
constexpr std::int64_t elsewhere_ns = 10'000'000'000;

} // namespace

lasting_work::lasting_work()
    : every_ns_(stdout_is_terminal() ? on_terminal_ns : elsewhere_ns),
      next_ns_(base::steady_ns() + (stdout_is_terminal() ? 0 : elsewhere_ns)) {}

void lasting_work::show(const std::function<std::string()>& text) {
  const std::int64_t now = base::steady_ns();
  if (now < next_ns_) return;
  next_ns_ = now + every_ns_;
  if (stdout_is_terminal()) {
    line_.show(text());
  } else {
    say(printable(text()));
  }
}

} // namespace tempest::cli
