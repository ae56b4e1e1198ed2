#include "runtime/worker/sink_worker.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/worker/reason.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t look_every_ns = 20'000'000; // for an interrupt, while the sink is away

bool is_kept(write_end end) {
  return end == write_end::waits || end == write_end::suspect;
}

bool is_up(const std::uint32_t* flag) {
  return std::atomic_ref(const_cast<std::uint32_t&>(*flag)).load(std::memory_order_relaxed) != 0;
}

} // namespace

void sink_worker::run() {
  std::string reason;
  if (!sink_.create(reason)) {
    on_fatal(base::exit_code::bad_config, "it could not be created: " + reason);
  } else {
    if (on_ready) on_ready();
    work();
    sink_.close();
  }
}

// Without messages too it is connected to, and asked how it is.
void sink_worker::work() {
  for (;;) {
    const bool there = is_there(base::steady_ns());
    const bool goes_on = take();
    if (!goes_on || is_up(link_.interrupt())) give_back();
    if (!goes_on) return;
    if (hand_.empty()) continue;
    if (there) {
      write(sink_.at_once(suspicions_));
    } else {
      nap(base::steady_ns());
    }
  }
}

// False: there will never be any more. Waits only with empty hands.
bool sink_worker::take() {
  link::answer said{};
  if (hand_.empty()) {
    std::span<const tempest_delivery> batch;
    said = link_.take(batch, sink_.next_look_ns());
    hand_.assign(batch.begin(), batch.end());
  } else {
    said = link_.take_more(hand_);
  }
  suspicions_.resize(hand_.size());
  if (just_tried_ > 0) {
    const auto tried = static_cast<std::ptrdiff_t>(std::exchange(just_tried_, 0));
    std::rotate(hand_.begin(), hand_.begin() + tried, hand_.end());
    std::rotate(suspicions_.begin(), suspicions_.begin() + tried, suspicions_.end());
    said = link_.take_more(hand_);
    suspicions_.resize(hand_.size());
  }
  return said != link::answer::closed;
}

// While it is asked, which may take long, it is not known to be there.
bool sink_worker::is_there(std::int64_t now_ns) {
  found_.store(false, std::memory_order_relaxed);
  const bool there = sink_.ready(now_ns);
  found_.store(there, std::memory_order_relaxed);
  if (!sink_.gave_up().empty() && !std::exchange(gave_up_said_, true)) {
    on_fatal(base::exit_code::unavailable, "the sink is unhealthy: " + sink_.gave_up());
  }
  return there;
}

void sink_worker::nap(std::int64_t now_ns) const {
  const std::int64_t pause = std::min(look_every_ns, sink_.next_look_ns() - now_ns);
  std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(pause, 0)));
}

void sink_worker::write(std::size_t count) {
  const std::int64_t start_ns = base::steady_ns();
  writing_first_.store(hand_.front().host_token);
  writing_count_.store(count);
  writing_since_ns_.store(start_ns);
  meter.begins(start_ns);
  set_at_work(true);
  sink_.write(std::span(hand_).first(count), std::span(suspicions_).first(count), outcomes_);
  set_at_work(false);
  writing_since_ns_.store(0);
  const std::int64_t end_ns = base::steady_ns();
  meter.ends(end_ns);
  // A failure tells nothing of the speed of others.
  if (!is_kept(outcomes_.front().end)) {
    meter.handled(end_ns - start_ns, count);
    fit_.add(count, end_ns - start_ns);
    link_.measured(fit_.ns_per_delivery());
  }
  report_and_keep(count);
}

// What waits stays in front until the next try.
void sink_worker::report_and_keep(std::size_t count) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const write_outcome& one = outcomes_[i];
    if (is_kept(one.end)) {
      hand_[kept] = hand_[i];
      suspicions_[kept++] = suspicions_[i];
      continue;
    }
    const auto what = one.end == write_end::written    ? engine::outcome::succeeded
                      : one.end == write_end::rejected ? engine::outcome::rejected
                                                       : engine::outcome::failed;
    add(hand_[i], what, one.reason);
  }
  const auto first = static_cast<std::ptrdiff_t>(kept);
  const auto end = static_cast<std::ptrdiff_t>(count);
  hand_.erase(hand_.begin() + first, hand_.begin() + end);
  suspicions_.erase(suspicions_.begin() + first, suspicions_.begin() + end);
  // A suspect that is to be the first of the next connection stays in front.
  const bool goes_first = kept == 1 && suspicions_.front().first_is_next();
  just_tried_ = goes_first ? 0 : kept;
  if (kept < count) link_.report(report_);
}

void sink_worker::give_back() {
  for (const tempest_delivery& one : hand_) add(one, engine::outcome::returned, {});
  if (!hand_.empty()) link_.report(report_);
  hand_.clear();
  suspicions_.clear();
  just_tried_ = 0;
}

void sink_worker::add(const tempest_delivery& delivery, engine::outcome what,
                      std::string_view reason) {
  engine::result& result = report_.results.emplace_back();
  result.delivery = engine::delivery_ref::of(delivery.host_token);
  result.what = what;
  add_reason(report_, result, reason);
}

std::size_t sink_worker::begun(std::int64_t, std::span<const tempest_delivery> batch,
                               std::vector<engine::begun>& out) {
  const std::int64_t since = writing_since_ns_.load();
  if (since == 0) return 0;
  seen_since_ns_ = since;
  const std::uint64_t first = writing_first_.load();
  const auto from = std::find_if(batch.begin(), batch.end(), [&](const tempest_delivery& one) {
    return one.host_token == first;
  });
  const auto rest = static_cast<std::size_t>(batch.end() - from);
  const std::size_t count = std::min(rest, writing_count_.load());
  for (const tempest_delivery& one : std::span(from, count)) {
    out.push_back({engine::delivery_ref::of(one.host_token), since});
  }
  return count;
}

} // namespace tempest::worker
