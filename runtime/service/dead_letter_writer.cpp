#include "runtime/service/dead_letter_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/service/dead_letter_json.hpp"
#include "runtime/service/run_settings.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t batch_size = 100;
constexpr std::int64_t first_pause_ns = 100'000'000; // after letters that the sink did not take
constexpr std::int64_t longest_pause_ns = 30'000'000'000;

const tempest_sink_functions& functions_of(const assembly& plan) {
  return *static_cast<const tempest_sink_functions*>(plan.dead_letter->descriptor->functions);
}

} // namespace

dead_letter_writer::dead_letter_writer(const assembly& plan, metrics::registry& metrics,
                                       base::bell& engine_bell)
    : plan_(plan),
      engine_bell_(engine_bell),
      host_(metrics, plan.settings.dead_letter->type, plan.settings.name),
      notice_("of the dead letters", plan.settings.name),
      sink_(functions_of(plan), *plan.dead_letter->options.view(), host_, notice_,
            sink_settings_of(plan.settings.dead_letter_health)) {}

void dead_letter_writer::start() {
  thread_ = base::start_thread("the dead letters", [this] {
    const base::crash_subject subject(fmt::format(
        "dead-letter sink {} ({})", plan_.settings.dead_letter->type, plan_.dead_letter->library));
    run();
  });
}

void dead_letter_writer::write(std::vector<engine::dead_letter>& letters) {
  {
    const std::scoped_lock lock(mutex_);
    std::move(letters.begin(), letters.end(), std::back_inserter(inbox_));
  }
  letters.clear();
  bell_.ring();
}

void dead_letter_writer::collect(std::vector<engine::message_ref>& written,
                                 std::vector<engine::message_ref>& given_up) {
  const std::scoped_lock lock(mutex_);
  std::swap(written, written_);
  std::swap(given_up, given_up_);
}

void dead_letter_writer::stop() {
  stopping_.store(true);
  bell_.ring();
}

std::optional<base::failure> dead_letter_writer::fatal() {
  const std::scoped_lock lock(mutex_);
  return fatal_;
}

void dead_letter_writer::join() {
  if (thread_.joinable()) thread_.join();
}

void dead_letter_writer::detach() {
  if (thread_.joinable()) thread_.detach();
}

void dead_letter_writer::run() {
  std::string reason;
  if (sink_.create(reason)) {
    work();
    if (!sink_.gave_up().empty()) {
      cannot_go_on(base::exit_code::unavailable,
                   "the sink of [dead_letter] is unhealthy: " + sink_.gave_up());
    }
    const base::plugin_calls::scope call(calls_, "close");
    sink_.close();
  } else {
    cannot_go_on(base::exit_code::bad_config,
                 "the sink of [dead_letter] could not be created: " + reason);
  }
  done_.store(true);
  engine_bell_.ring();
}

void dead_letter_writer::work() {
  std::int64_t pause_ns = first_pause_ns;
  for (;;) {
    const bool last = stopping_.load();
    take_inbox();
    const std::int64_t now = base::steady_ns();
    const bool ready = is_ready(now);
    const std::size_t before = mine_.size();
    if (ready && before > 0) write_some();
    const bool stuck = before > 0 && mine_.size() == before;
    if (!sink_.gave_up().empty() || (last && (mine_.empty() || stuck))) break;
    if (!ready) {
      pause_until(sink_.next_look_ns());
    } else if (stuck) {
      pause_until(now + pause_ns);
      pause_ns = std::min(2 * pause_ns, longest_pause_ns);
    } else {
      pause_ns = first_pause_ns;
      if (mine_.empty()) bell_.wait(sink_.next_look_ns());
    }
  }
  give_up_all();
}

bool dead_letter_writer::is_ready(std::int64_t now_ns) {
  const base::plugin_calls::scope call(calls_, "connect or healthy");
  return sink_.ready(now_ns);
}

// Without a sink every letter goes back at once: the run is about to end.
void dead_letter_writer::cannot_go_on(base::exit_code code, const std::string& why) {
  {
    const std::scoped_lock lock(mutex_);
    fatal_.emplace(code, why);
  }
  engine_bell_.ring();
  while (!stopping_.load()) {
    take_inbox();
    give_up_all();
    engine_bell_.ring();
    bell_.wait(base::never_ns);
  }
  give_up_all();
}

void dead_letter_writer::take_inbox() {
  const std::scoped_lock lock(mutex_);
  std::move(inbox_.begin(), inbox_.end(), std::back_inserter(mine_));
  inbox_.clear();
}

// New letters do not shorten it: they would meet the same sink.
void dead_letter_writer::pause_until(std::int64_t until_ns) {
  while (!stopping_.load() && base::steady_ns() < until_ns) bell_.wait(until_ns);
}

void dead_letter_writer::write_some() {
  const calendar times{base::steady_ns(), base::calendar_ms()};
  const std::size_t count = std::min(batch_size, mine_.size());
  std::vector<std::string> texts;
  std::vector<tempest_delivery> messages(count);
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const engine::dead_letter& letter = mine_[i];
    const std::string& text = texts.emplace_back(
        to_json(letter, plan_.settings.name, plan_.settings.tasks[letter.task].name, times));
    messages[i].id = {letter.id.data(), letter.id.size()};
    messages[i].payload = {text.data(), text.size()};
    messages[i].attempt = messages[i].deliveries = 1;
    messages[i].timestamp_ms = times.calendar_ms;
  }
  {
    const base::plugin_calls::scope call(calls_, "write or flush");
    sink_.write(messages, outcomes_);
  }
  std::deque<engine::dead_letter> refused;
  {
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      if (outcomes_[i].result == TEMPEST_WRITTEN) {
        written_.push_back(mine_[i].message);
        continue;
      }
      if (!std::exchange(refusal_said_, true)) {
        base::log(base::log_level::error,
                  "a dead letter could not be written and waits, as do the next ones: " +
                      outcomes_[i].reason,
                  {.topology = plan_.settings.name, .message_id = mine_[i].id});
      }
      refused.push_back(std::move(mine_[i]));
    }
  }
  if (refused.empty()) refusal_said_ = false;
  mine_.erase(mine_.begin(), mine_.begin() + static_cast<std::ptrdiff_t>(count));
  std::move(refused.begin(), refused.end(), std::back_inserter(mine_));
  engine_bell_.ring();
}

void dead_letter_writer::give_up_all() {
  {
    const std::scoped_lock lock(mutex_);
    for (const engine::dead_letter& letter : mine_) given_up_.push_back(letter.message);
    for (const engine::dead_letter& letter : inbox_) given_up_.push_back(letter.message);
    inbox_.clear();
  }
  mine_.clear();
}

} // namespace tempest::service
