#include "runtime/conformance/leftovers.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "runtime/base/clock.hpp"

namespace tempest::conformance {
namespace {

// One that was joined or waited for may still be listed, and one that is told to end needs a while.
constexpr std::int64_t patience_ns = 2'000'000'000;

int number(const nlohmann::json& of, const char* what) {
  return of.at(what).get<int>();
}

bool runs_more(const nlohmann::json& after, const nlohmann::json& before) {
  return number(after, "threads") > number(before, "threads") ||
         number(after, "processes") > number(before, "processes");
}

} // namespace

void leftovers::look(const std::string& when) {
  const std::int64_t limit = base::steady_ns() + patience_ns;
  nlohmann::json after = now();
  while (runs_more(after, before_) && base::steady_ns() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    after = now();
  }
  if (first_) before_["descriptors"] = after["descriptors"];
  first_ = false;
  for (const auto& [what, name] : {std::pair{"threads", "threads"},
                                   {"processes", "processes"},
                                   {"sockets", "sockets"},
                                   {"descriptors", "open files"}}) {
    const int left = number(after, what) - number(before_, what);
    if (left > 0) throw found(fmt::format("{} {} are left {}", left, name, when));
  }
}

std::string leftovers::words() const {
  return "no thread, no process, no file";
}

} // namespace tempest::conformance
