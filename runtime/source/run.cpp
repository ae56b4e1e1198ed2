// The pump's thread: turn by turn it settles, looks after the source, and polls.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/crash.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::source {
namespace {

constexpr std::size_t poll_at_most = 2048;              // so that work starts while more is read
constexpr std::int64_t longest_poll_ns = 1'000'000'000; // health is asked in between
constexpr std::int64_t settle_poll_ns = 100'000'000;    // a poll without room only settles
constexpr std::int64_t rest_ns = 200'000'000;           // without room, or after the end

} // namespace

void pump::run() {
  const base::crash_subject subject(
      fmt::format("source {} ({})", settings_.name, settings_.library));
  if (create()) {
    for (;;) {
      take_orders();
      if (current_.close) break;
      if (now_.state == pump_state::gave_up) {
        publish();
        rest(base::never_ns);
      } else if (connected_ || connect()) {
        turn();
      } else {
        publish();
        rest(next_try_ns_);
      }
    }
    finish();
  }
  now_.closed = true;
  publish();
  engine_bell_.ring();
}

void pump::take_orders() {
  const std::scoped_lock lock(mutex_);
  new_orders_ = false;
  unsettled_.add(ordered_.settlements);
  ordered_.settlements.clear();
  current_.failures.insert(current_.failures.end(), ordered_.failures.begin(),
                           ordered_.failures.end());
  std::swap(current_.extend, ordered_.extend);
  ordered_.extend.clear();
  ordered_.failures.clear();
  awaited_.insert(ordered_.awaited.begin(), ordered_.awaited.end());
  ordered_.awaited.clear();
  current_.messages_limit = ordered_.messages_limit;
  current_.bytes_limit = ordered_.bytes_limit;
  current_.stop = now_.stopped = ordered_.stop;
  current_.close = ordered_.close;
  current_.close_deadline_ns = ordered_.close_deadline_ns;
  const bool room = !current_.stop && current_.messages_limit > now_.counts.read &&
                    current_.bytes_limit > read_bytes_;
  current_room_ = room ? current_.messages_limit - now_.counts.read : 0;
}

void pump::turn() {
  const std::int64_t now = base::steady_ns();
  const bool told =
      !current_.failures.empty() || (unsettled_.to_tell() > 0 && unsettled_.next_due_ns() <= now);
  pass_failures();
  pass_settlements(now);
  if (!current_.extend.empty()) {
    if (functions_.extend != nullptr) {
      const base::plugin_calls::scope call(calls_, "extend");
      functions_.extend(source_, current_.extend.data(), current_.extend.size());
    }
    current_.extend.clear();
  }
  if (told) publish(); // the poll that follows may take its time
  check_health(now);
  if (!connected_) return publish();
  if (current_room_ == 0) {
    if (told || now - last_poll_ns_ >= rest_ns) (void)poll(0, now + settle_poll_ns);
    publish();
    return rest(now + rest_ns);
  }
  std::int64_t deadline = std::min(next_health_ns_, now + longest_poll_ns);
  if (unsettled_.to_tell() > 0) deadline = std::min(deadline, unsettled_.next_due_ns());
  const std::uint64_t read_before = now_.counts.read;
  const bool undisturbed = poll(std::min<std::size_t>(current_room_, poll_at_most), deadline);
  publish();
  if (!connected_) return;
  if (now_.ended && now_.counts.unsettled == 0) return rest(base::steady_ns() + rest_ns);
  // A source that does not wait must not keep this thread busy.
  const bool idle =
      undisturbed && now_.counts.read == read_before && base::steady_ns() + 1'000'000 < deadline;
  empty_polls_ = idle ? std::min(empty_polls_ + 1, 7u) : 0;
  if (empty_polls_ > 1) rest(base::steady_ns() + (std::int64_t{1'000'000} << empty_polls_));
}

void pump::pass_failures() {
  if (current_.failures.empty()) return;
  std::vector<std::uint64_t> tokens;
  std::vector<std::uint32_t> failures;
  for (const engine::failure_count& one : current_.failures) {
    tokens.push_back(one.token);
    failures.push_back(one.failures);
  }
  current_.failures.clear();
  const base::plugin_calls::scope call(calls_, "failed");
  functions_.failed(source_, tokens.data(), failures.data(), tokens.size());
}

void pump::pass_settlements(std::int64_t now_ns) {
  if (!unsettled_.prepare(now_ns)) return;
  unsettled_.told();
  end_seen_ = now_.ended = false; // what failed may come again
  const base::plugin_calls::scope call(calls_, "settle");
  functions_.settle(source_, unsettled_.tokens().data(), unsettled_.outcomes().data(),
                    unsettled_.tokens().size());
}

bool pump::poll(std::size_t room, std::int64_t deadline_ns) {
  bool undisturbed = true;
  const std::uint64_t bytes = current_.bytes_limit - std::min(current_.bytes_limit, read_bytes_);
  {
    const std::scoped_lock lock(mutex_);
    undisturbed = !new_orders_;
    if (new_orders_) deadline_ns = 0; // look, but do not wait
    in_plugin_ = true;
    interrupted_ = false;
  }
  const std::uint64_t read_before = now_.counts.read;
  base::plugin_error error;
  int status = TEMPEST_POLL_OK;
  {
    const base::plugin_calls::scope call(calls_, "poll", deadline_ns);
    status =
        functions_.poll(source_, room, static_cast<std::size_t>(bytes), deadline_ns, error.get());
  }
  {
    const std::scoped_lock lock(mutex_);
    in_plugin_ = false;
    undisturbed = undisturbed && !interrupted_;
  }
  last_poll_ns_ = base::steady_ns();
  now_.more_comes = status == TEMPEST_POLL_MORE;
  const bool answered = status == TEMPEST_POLL_OK || status == TEMPEST_POLL_END || now_.more_comes;
  ++(!answered                        ? now_.counts.bad_polls
     : now_.counts.read > read_before ? now_.counts.full_polls
                                      : now_.counts.empty_polls);
  if (answered && room > 0) end_seen_ = status == TEMPEST_POLL_END;
  now_.ended = end_seen_ && unsettled_.to_tell() == 0;
  if (!answered) {
    lost(error.text());
  } else if (tries_ > 0 && !unwell_) {
    found_well();
  }
  return undisturbed;
}

void pump::rest(std::int64_t until_ns) {
  {
    const std::scoped_lock lock(mutex_);
    if (new_orders_) return; // they ended a poll instead of ringing
  }
  if (unsettled_.to_tell() > 0 && connected_) {
    until_ns = std::min(until_ns, unsettled_.next_due_ns());
  }
  bell_.wait(until_ns);
}

// Hands over what was read, and how things stand.
void pump::publish() {
  now_.counts.unsettled = unsettled_.to_tell() + unsettled_.told_count();
  bool news = false;
  {
    const std::scoped_lock lock(mutex_);
    engine::incoming_batch& read = copier_.batch();
    if (!read.messages.empty()) {
      news = true;
      arrived_bytes_ += copier_.bytes();
      if (arrived_.messages.empty()) {
        std::swap(arrived_, read);
      } else {
        arrived_.messages.insert(arrived_.messages.end(), read.messages.begin(),
                                 read.messages.end());
        std::move(read.chunks.begin(), read.chunks.end(), std::back_inserter(arrived_.chunks));
      }
      read.clear();
      copier_.left();
    }
    if (!lost_tokens_.empty()) {
      news = true;
      erase_lost(ordered_.settlements, lost_tokens_); // the source would not know them
      withdrawn_.insert(withdrawn_.end(), lost_tokens_.begin(), lost_tokens_.end());
      lost_tokens_.clear();
    }
    if (!confirmed_tokens_.empty()) {
      news = true;
      confirmed_.insert(confirmed_.end(), confirmed_tokens_.begin(), confirmed_tokens_.end());
      confirmed_tokens_.clear();
    }
    // Settlements that came meanwhile may bring messages back.
    const bool ended = now_.ended && ordered_.settlements.empty();
    news = news || ended || status_.ended || now_.state != status_.state || current_.stop;
    status_ = now_;
    status_.ended = ended;
    status_.counts.unsettled += ordered_.settlements.size();
  }
  if (news) engine_bell_.ring();
}

// Tells the source what is left, once more reaching for it when it is away, and lets it go.
void pump::finish() {
  const std::int64_t now = base::steady_ns();
  if (!connected_ && now_.was_connected && unsettled_.to_tell() > 0 &&
      now < current_.close_deadline_ns) {
    next_try_ns_ = 0;
    (void)connect();
  }
  pass_failures();
  pass_settlements(base::never_ns);
  const base::plugin_calls::scope call(calls_, "close");
  if (now_.was_connected) functions_.close(source_, current_.close_deadline_ns);
  {
    const std::scoped_lock lock(mutex_);
    in_plugin_ = false;
  }
  functions_.destroy(std::exchange(source_, nullptr));
}

} // namespace tempest::source
