#include "runtime/admin/tap_stream.hpp"

#include <utility>

#include "runtime/admin/event_stream.hpp"

namespace tempest::admin {
namespace {

constexpr std::size_t piece_bytes = 16 << 10; // about so much at once

} // namespace

void tap_stream::put(std::vector<tap_event>& fresh, std::uint64_t passed) {
  std::function<void()> ready;
  {
    const std::scoped_lock lock(mutex_);
    passed_ = passed;
    for (tap_event& one : fresh) {
      const std::size_t bytes = memory_of(one);
      if (waiting_bytes_ + bytes > tap_limits::waiting_bytes) break;
      waiting_bytes_ += bytes;
      ++shown_;
      waiting_.push_back(std::move(one));
    }
    if (has_some()) ready = std::exchange(ready_, nullptr);
  }
  fresh.clear();
  if (ready) ready();
}

void tap_stream::end(std::string reason) {
  std::function<void()> ready;
  {
    const std::scoped_lock lock(mutex_);
    end_ = std::move(reason);
    ready = std::exchange(ready_, nullptr);
  }
  if (ready) ready();
}

std::uint64_t tap_stream::shown() const {
  const std::scoped_lock lock(mutex_);
  return shown_;
}

void tap_stream::when_ready(std::function<void()> ready) {
  {
    const std::scoped_lock lock(mutex_);
    if (!has_some()) {
      ready_ = std::move(ready);
      return;
    }
  }
  ready();
}

bool tap_stream::is_over() {
  const std::scoped_lock lock(mutex_);
  return end_told_;
}

void tap_stream::take_some(std::vector<tap_event>& into) {
  for (std::size_t taken = 0; taken < piece_bytes && !waiting_.empty();) {
    const std::size_t bytes = memory_of(waiting_.front());
    taken += bytes;
    waiting_bytes_ -= bytes;
    into.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

// The texts are made without the lock: the run does not wait for them.
std::string tap_stream::next() {
  std::vector<tap_event> some;
  std::string last;
  {
    const std::scoped_lock lock(mutex_);
    take_some(some);
    if (waiting_.empty() && end_ && !std::exchange(end_told_, true)) {
      last = event_bytes("end", end_json(where_, passed_, shown_, *end_));
    }
  }
  std::string made;
  for (const tap_event& one : some) {
    told_ = one.passed;
    made += event_bytes("message", to_json(where_, one));
  }
  return made + last;
}

// Each message says how many have passed; of those that are not told one hears here.
std::string tap_stream::sign_of_life() {
  const std::scoped_lock lock(mutex_);
  if (passed_ == std::exchange(told_, passed_)) return std::string(event_comment);
  return event_bytes("tally", tally_json(where_, passed_, shown_));
}

} // namespace tempest::admin
