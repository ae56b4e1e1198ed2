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

// Between the failure and this line its pause may have passed.
std::string when(std::int64_t in_ns) {
  return in_ns > 0 ? fmt::format("in {} ms", (in_ns + 999'999) / 1'000'000) : "at once";
}

} // namespace

incident_log::incident_log(std::string topology, std::vector<std::string> tasks)
    : topology_(std::move(topology)), tasks_(std::move(tasks)) {}

void incident_log::write(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
                         std::int64_t now_ns) {
  flush(now_ns);
  for (const engine::incident& one : incidents) {
    budget& mine = one.what == engine::incident::kind::retry ? retries_ : ends_;
    if (mine.said < lines_a_second) {
      ++mine.said;
      say(one, now_ns);
    } else {
      ++mine.unsaid;
    }
  }
  retries_.unsaid += omitted;
}

void incident_log::flush(std::int64_t now_ns) {
  if (now_ns - second_start_ns_ < second_ns) return;
  close(retries_, "failures like these");
  close(ends_, "messages that failed for good");
  second_start_ns_ = now_ns;
}

void incident_log::close(budget& one, const char* of_what) const {
  if (one.unsaid > 0) {
    base::log(base::log_level::warn, fmt::format("{} more {}", one.unsaid, of_what),
              {.topology = topology_});
  }
  one = {};
}

void incident_log::say(const engine::incident& one, std::int64_t now_ns) const {
  const bool retry = one.what == engine::incident::kind::retry;
  const std::string text =
      retry ? fmt::format("attempt {} failed, the next follows {}: {}", one.attempt,
                          when(one.next_try - now_ns), one.reason)
            : fmt::format("the message {} and {}: {}", how_it_ended(one), one.action, one.reason);
  base::log(retry ? base::log_level::warn : base::log_level::error, text,
            {.topology = topology_, .task = tasks_[one.task], .message_id = one.message_id});
}

} // namespace tempest::service
