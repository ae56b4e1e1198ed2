// Dead letters of a run: they go to their writer, and what became of them goes to the engine.
#include <fmt/format.h>

#include "runtime/base/log.hpp"
#include "runtime/service/run_state.hpp"

namespace tempest::service {

void run_state::write_letters(std::int64_t now_ns) {
  if (engine_.dead_letters.empty()) return;
  backlog_.queued(engine_.dead_letters.size(), now_ns);
  letters_->write(engine_.dead_letters);
}

bool run_state::collect_letters(std::int64_t now_ns) {
  if (!letters_) return false;
  letters_->collect(written_, given_up_);
  for (const engine::message_ref one : written_) engine_.dead_lettered(one);
  for (const engine::message_ref one : given_up_) engine_.return_dead_letter(one);
  const std::size_t answered = written_.size() + given_up_.size();
  backlog_.answered(answered, now_ns);
  dead_lettered_ += written_.size();
  written_.clear();
  given_up_.clear();
  return answered > 0;
}

// Else nobody would know why nothing is read any more: a sink that takes other letters is well.
void run_state::look_at_letters(std::int64_t now_ns) {
  if (!letters_ || phase_ != phase::running) return;
  const base::log_context about{.topology = plan_.settings.name};
  const std::string& sink = plan_.settings.dead_letter->type;
  switch (backlog_.look(!has_room(), engine_.in_flight(), now_ns)) {
    case letter_backlog::news::none:
      return;
    case letter_backlog::news::over:
      return base::log(base::log_level::info,
                       fmt::format("dead letters do not hold up the source any more: it is read "
                                   "again, and {} wait for the sink {} of the dead letters",
                                   backlog_.waiting(), sink),
                       about);
    case letter_backlog::news::holds_up:
      break;
  }
  const std::string trouble = letters_->sink_trouble();
  base::log(base::log_level::error,
            fmt::format("{} of {} messages in flight wait for their dead letters, of which the "
                        "sink {} has taken none for {:.1f} s ({}): the source is not read "
                        "(max_pending, max_pending_bytes) until it takes some; see to it, or name "
                        "another sink in [dead_letter] and start anew",
                        backlog_.waiting(), engine_.in_flight(), sink,
                        in_seconds(now_ns - backlog_.none_since_ns()),
                        trouble.empty() ? "it is well otherwise" : trouble),
            about);
}

} // namespace tempest::service
