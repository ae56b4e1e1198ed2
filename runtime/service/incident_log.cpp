#include "runtime/service/incident_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::service {
namespace {

constexpr std::uint32_t lines_a_second = 10;
constexpr std::int64_t second_ns = 1'000'000'000;

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
    // Where there are too many reasons to tell them apart, none.
    auto* const same = repeats_.of({ends(one), one.task, one.reason});
    if (mine.said < lines_a_second && (same == nullptr || !same->is_enough())) {
      ++mine.said;
      if (same != nullptr) ++same->told;
      say(one, now_ns);
    } else if (same != nullptr) {
      same->leave_out(one.message_id);
    } else {
      ++mine.unsaid;
    }
  }
  retries_.unsaid += omitted;
}

void incident_log::flush(std::int64_t now_ns) {
  held_back over;
  repeats_.close_old(now_ns, [&](const auto&... one) { over.emplace_back(one...); });
  tell(std::move(over));
  if (now_ns - second_start_ns_ >= second_ns) {
    close_second();
    second_start_ns_ = now_ns;
  }
}

void incident_log::close() {
  held_back over;
  repeats_.close([&](const auto&... one) { over.emplace_back(one...); });
  tell(std::move(over));
  close_second();
}

// Those that were held back most often; of the rest their number. One line for each that was held
// back once would be no less than to say it.
void incident_log::tell(held_back over) {
  std::stable_sort(over.begin(), over.end(), [](const auto& one, const auto& other) {
    return one.second.untold > other.second.untold;
  });
  std::uint32_t lines = 0;
  for (const auto& [what, how_often] : over) {
    if (how_often.untold > 1 && lines < lines_a_second) {
      ++lines;
      tell(what, how_often);
    } else {
      (what.ends ? ends_ : retries_).unsaid += how_often.untold;
    }
  }
}

void incident_log::close_second() {
  close(retries_, "failures like these");
  close(ends_, "messages that failed for good");
}

void incident_log::tell(const kind& what, const base::repeats<kind>::count& how_often) const {
  base::log(what.ends ? base::log_level::error : base::log_level::warn,
            fmt::format("{} more {} the same way, the last with this message: {}", how_often.untold,
                        what.ends ? "messages failed for good" : "attempts failed", what.reason),
            {.topology = topology_,
             .task = tasks_[what.task],
             .message_id = how_often.last_message,
             .repeated = how_often.untold});
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
