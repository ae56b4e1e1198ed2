#include "runtime/service/incident_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::service {
namespace {

constexpr std::uint32_t lines_a_second = 10;
constexpr std::int64_t second_ns = 1'000'000'000;

std::string how_it_ended(const engine::incident& one) {
  if (one.how == engine::failure_kind::rejected) return "was rejected";
  return fmt::format("failed after {} {}", one.attempt, one.attempt == 1 ? "attempt" : "attempts");
}

} // namespace

incident_log::incident_log(std::string topology, std::vector<std::string> tasks)
    : topology_(std::move(topology)), tasks_(std::move(tasks)) {}

void incident_log::write(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
                         std::int64_t now_ns) {
  flush(now_ns);
  for (const engine::incident& one : incidents) {
    if (said_ < lines_a_second) {
      ++said_;
      say(one, now_ns);
    } else {
      ++unsaid_;
    }
  }
  unsaid_ += omitted;
}

void incident_log::flush(std::int64_t now_ns) {
  if (now_ns - second_start_ns_ < second_ns) return;
  if (unsaid_ > 0) {
    base::log(base::log_level::warn, fmt::format("{} more failures like these", unsaid_),
              {.topology = topology_});
  }
  second_start_ns_ = now_ns;
  said_ = 0;
  unsaid_ = 0;
}

void incident_log::say(const engine::incident& one, std::int64_t now_ns) const {
  const bool retry = one.what == engine::incident::kind::retry;
  const std::string text =
      retry ? fmt::format("attempt {} failed, the next follows in {} ms: {}", one.attempt,
                          (one.next_try - now_ns + 999'999) / 1'000'000, one.reason)
            : fmt::format("the message {} and {}: {}", how_it_ended(one), one.action, one.reason);
  base::log(retry ? base::log_level::warn : base::log_level::error, text,
            {.topology = topology_, .task = tasks_[one.task], .message_id = one.message_id});
}

} // namespace tempest::service
