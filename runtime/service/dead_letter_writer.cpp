#include "runtime/service/dead_letter_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/plugin/options.hpp"
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
      host_(metrics, {metrics::subject::sink, plan.settings.dead_letter->type}, plan.settings.name),
      notice_("of the dead letters", plan.settings.name),
      sink_(functions_of(plan), *plan.dead_letter->options.view(), host_, notice_,
            sink_settings_of(plan.settings.dead_letter_health)),
      dice_(std::random_device{}()) {}

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
                 "the sink of [dead_letter] could not be created: " +
                     plugin::placed(reason, *plan_.settings.dead_letter));
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
    const bool apart = ready && !last && now >= next_apart_ns_;
    const std::size_t before = mine_.size();
    if (apart) try_apart();
    const bool refused = ready && !apart && before > 0 && write_some();
    const bool stuck = !apart && before > 0 && mine_.size() == before;
    if (!sink_.gave_up().empty() || (last && (mine_.empty() || stuck))) break;
    if (!ready) {
      pause_until(sink_.next_look_ns());
    } else if (stuck && refused) {
      pause_until(now + pause_ns);
      pause_ns = std::min(2 * pause_ns, longest_pause_ns);
    } else if (!stuck) {
      pause_ns = first_pause_ns;
      if (mine_.empty()) bell_.wait(std::min(sink_.next_look_ns(), next_apart_ns_));
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
  suspicions_.resize(mine_.size());
}

// New letters do not shorten it: they would meet the same sink.
void dead_letter_writer::pause_until(std::int64_t until_ns) {
  while (!stopping_.load() && base::steady_ns() < until_ns) bell_.wait(until_ns);
}

// Whether the sink, which is well, has refused some.
bool dead_letter_writer::write_some() {
  const std::size_t count = std::min(batch_size, sink_.at_once(suspicions_));
  write_first(count, mine_, suspicions_);
  bool refused = false;
  bool kept = false;
  for (std::size_t i = 0; i < count; ++i) {
    engine::dead_letter letter = std::move(mine_.front());
    mine_.pop_front();
    switch (outcomes_[i].end) {
      case worker::write_end::written:
        break;
      case worker::write_end::rejected:
      case worker::write_end::breaks:
      case worker::write_end::suspect: // that costs it nothing: it is tried again there
        set_apart(std::move(letter), suspicions_[i], outcomes_[i].reason);
        break;
      case worker::write_end::failed:
        say_refused(letter, outcomes_[i].reason);
        refused = true;
        [[fallthrough]];
      case worker::write_end::waits:
        kept = true;
        mine_.push_back(std::move(letter));
        suspicions_.push_back(suspicions_[i]);
        break;
    }
  }
  suspicions_.erase(suspicions_.begin(), suspicions_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!kept) refusal_said_ = false;
  return refused;
}

void dead_letter_writer::try_apart() {
  write_first(1, apart_, suspicions_apart_);
  if (outcomes_.front().end == worker::write_end::written) {
    apart_.pop_front();
    suspicions_apart_.erase(suspicions_apart_.begin());
    tries_apart_ = 0;
  } else {
    std::rotate(apart_.begin(), apart_.begin() + 1, apart_.end());
    std::rotate(suspicions_apart_.begin(), suspicions_apart_.begin() + 1, suspicions_apart_.end());
  }
  plan_next_apart();
}

// Growing pauses while none of them is taken, however many there are: each try may cost the others
// their connection.
void dead_letter_writer::plan_next_apart() {
  next_apart_ns_ =
      apart_.empty()
          ? base::never_ns
          : base::steady_ns() + base::reconnect_after_ns(++tries_apart_, longest_pause_ns, dice_);
}

void dead_letter_writer::set_apart(engine::dead_letter letter, const worker::suspicion& its,
                                   const std::string& reason) {
  base::log(
      base::log_level::error,
      fmt::format("its dead letter waits apart, as the sink does not take it and takes others: "
                  "{}; the message has {} bytes and stays open: let the sink take more, or name "
                  "another one in [dead_letter] and start anew",
                  reason, letter.payload.size()),
      {.topology = plan_.settings.name, .message_id = letter.id});
  apart_.push_back(std::move(letter));
  suspicions_apart_.push_back(its);
  if (apart_.size() == 1) plan_next_apart();
}

void dead_letter_writer::say_refused(const engine::dead_letter& letter, const std::string& reason) {
  if (std::exchange(refusal_said_, true)) return;
  base::log(base::log_level::error,
            "a dead letter could not be written and waits, as do the next ones: " + reason,
            {.topology = plan_.settings.name, .message_id = letter.id});
}

// An outcome each, in `outcomes_`; what was written is answered.
void dead_letter_writer::write_first(std::size_t count,
                                     const std::deque<engine::dead_letter>& letters,
                                     std::span<worker::suspicion> suspicions) {
  const calendar times{base::steady_ns(), base::calendar_ms()};
  std::vector<std::string> texts;
  std::vector<tempest_delivery> messages(count);
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const engine::dead_letter& letter = letters[i];
    const std::string& text = texts.emplace_back(
        to_json(letter, plan_.settings.name, plan_.settings.tasks[letter.task].name, times));
    messages[i].id = {letter.id.data(), letter.id.size()};
    messages[i].payload = {text.data(), text.size()};
    messages[i].attempt = messages[i].deliveries = 1;
    messages[i].timestamp_ms = times.calendar_ms;
  }
  {
    const base::plugin_calls::scope call(calls_, "write or flush");
    sink_.write(messages, suspicions.first(count), outcomes_);
  }
  {
    const std::scoped_lock lock(mutex_);
    for (std::size_t i = 0; i < count; ++i) {
      if (outcomes_[i].end == worker::write_end::written) written_.push_back(letters[i].message);
    }
  }
  engine_bell_.ring();
}

void dead_letter_writer::give_up_all() {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto* some : {&mine_, &apart_}) {
      for (const engine::dead_letter& letter : *some) given_up_.push_back(letter.message);
    }
    for (const engine::dead_letter& letter : inbox_) given_up_.push_back(letter.message);
    inbox_.clear();
  }
  mine_.clear();
  apart_.clear();
}

} // namespace tempest::service
