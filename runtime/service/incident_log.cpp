#include "runtime/service/incident_log.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::service {
namespace {

constexpr std::uint32_t lines_a_second = 10;
constexpr std::uint32_t lines_of_the_same = 5; // in a window
constexpr std::size_t most_kinds = 64;         // that are told apart in a window
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t window_ns = 10 * second_ns;

bool ends(const engine::incident& one) {
  return one.what != engine::incident::kind::retry;
}

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
    budget& mine = ends(one) ? ends_ : retries_;
    repeats* const same = repeats_of(one);
    if (mine.said < lines_a_second && (same == nullptr || same->said < lines_of_the_same)) {
      ++mine.said;
      if (same != nullptr) ++same->said;
      say(one, now_ns);
    } else if (same != nullptr) {
      ++same->unsaid;
      same->last_message = one.message_id;
    } else {
      ++mine.unsaid;
    }
  }
  retries_.unsaid += omitted;
}

// Where there are too many reasons to tell them apart, none.
incident_log::repeats* incident_log::repeats_of(const engine::incident& one) {
  kind wanted{ends(one), one.task, one.reason};
  if (const auto known = repeats_.find(wanted); known != repeats_.end()) return &known->second;
  if (repeats_.size() >= most_kinds) return nullptr;
  return &repeats_[std::move(wanted)];
}

void incident_log::flush(std::int64_t now_ns) {
  if (now_ns - second_start_ns_ >= second_ns) {
    close_second();
    second_start_ns_ = now_ns;
  }
  if (now_ns - window_start_ns_ >= window_ns) {
    close_window();
    window_start_ns_ = now_ns;
  }
}

void incident_log::close() {
  close_window();
  close_second();
}

void incident_log::close_second() {
  close(retries_, "failures like these");
  close(ends_, "messages that failed for good");
}

void incident_log::close_window() {
  for (const auto& [what, how_often] : repeats_) {
    if (how_often.unsaid == 0) continue;
    base::log(
        what.ends ? base::log_level::error : base::log_level::warn,
        fmt::format("{} more {} the same way, the last with this message: {}", how_often.unsaid,
                    what.ends ? "messages failed for good" : "attempts failed", what.reason),
        {.topology = topology_,
         .task = tasks_[what.task],
         .message_id = how_often.last_message,
         .repeated = how_often.unsaid});
  }
  repeats_.clear();
}

void incident_log::close(budget& one, const char* of_what) const {
  if (one.unsaid > 0) {
    base::log(base::log_level::warn, fmt::format("{} more {}", one.unsaid, of_what),
              {.topology = topology_});
  }
  one = {};
}

void incident_log::say(const engine::incident& one, std::int64_t now_ns) const {
  const bool retry = !ends(one);
  const std::string text =
      retry ? fmt::format("attempt {} failed, the next follows {}: {}", one.attempt,
                          when(one.next_try - now_ns), one.reason)
            : fmt::format("the message {} and {}: {}", how_it_ended(one), one.action, one.reason);
  base::log(retry ? base::log_level::warn : base::log_level::error, text,
            {.topology = topology_, .task = tasks_[one.task], .message_id = one.message_id});
}

} // namespace tempest::service
