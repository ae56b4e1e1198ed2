#include "plugins/redis/stream/consumers.hpp"

#include <algorithm>
#include <utility>

namespace redis::stream {

namespace {

// Tokens come as they were handed over, mostly many of one stream in a row.
template <typename Value, typename Call>
void for_each_stream(std::span<const token> which, std::span<const Value> values, Call call) {
  for (std::size_t from = 0; from < which.size();) {
    const std::uint32_t tag = tag_of(which[from]);
    std::size_t end = from + 1;
    while (end < which.size() && tag_of(which[end]) == tag) ++end;
    call(tag, which.subspan(from, end - from), values.subspan(from, end - from));
    from = end;
  }
}

std::size_t share_of(std::size_t room, std::size_t streams) {
  return room / streams + (room % streams > 0 ? 1 : 0);
}

} // namespace

consumers::consumers(std::vector<consumer_settings> settings, listener& to) {
  for (consumer_settings& one : settings) {
    one.tag = static_cast<std::uint32_t>(all_.size());
    all_.push_back(std::make_unique<consumer>(std::move(one), to, wake_));
  }
}

void consumers::connect() {
  for (const auto& one : all_) {
    if (!one->connected()) one->connect();
  }
}

void consumers::poll(const poll_limits& limits) {
  const poll_limits share{share_of(limits.messages, all_.size()),
                          share_of(limits.bytes, all_.size()), limits.deadline};
  bool woken = false;
  const poll_end end(limits.deadline, more_comes());
  for (bool first = true;; first = false) {
    const steady::time_point now = steady::now();
    for (const auto& one : all_) one->send(now, share);
    if (limits.messages > 0 && hand_over(limits)) return;
    const steady::time_point until = end.when(more_comes());
    if (!first && (woken || now >= until)) return;
    // What a read brings that began when there was room is heard of as well.
    const bool done = limits.messages == 0 && settled_all();
    if (!done) woken = wait(until, share);
    for (const auto& one : all_) one->receive();
    if (done) return;
  }
}

// The next time it begins behind the first that had something.
bool consumers::hand_over(const poll_limits& limits) {
  handed so_far;
  const std::size_t begin = turn_;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const std::size_t at = (begin + i) % all_.size();
    const bool first = so_far.messages == 0;
    all_[at]->hand_over(limits, so_far);
    if (first && so_far.messages > 0) turn_ = (at + 1) % all_.size();
  }
  return so_far.messages > 0;
}

bool consumers::settled_all() const {
  return std::ranges::all_of(all_, [](const auto& one) { return one->settled_all(); });
}

// Returns whether it was interrupted.
bool consumers::wait(steady::time_point until, const poll_limits& share) {
  waits_.clear();
  for (const auto& one : all_) {
    one->append_waits(waits_);
    until = std::min(until, one->next_event(share));
  }
  return wait_for_any(wake_, waits_, until);
}

void consumers::hang_up() {
  for (const auto& one : all_) one->hang_up();
}

void consumers::failed(std::span<const token> which, std::span<const std::uint32_t> failures) {
  for_each_stream(which, failures, [this](std::uint32_t tag, auto tokens, auto counts) {
    if (tag < all_.size()) all_[tag]->failed(tokens, counts);
  });
}

void consumers::settle(std::span<const token> which, std::span<const std::uint8_t> outcomes) {
  for_each_stream(which, outcomes, [this](std::uint32_t tag, auto tokens, auto these) {
    if (tag < all_.size()) all_[tag]->settle(tokens, these);
  });
}

void consumers::renew_soon() {
  for (const auto& one : all_) one->renew_soon();
}

void consumers::close(steady::time_point deadline) {
  for (const auto& one : all_) one->close(deadline);
}

bool consumers::connected() const {
  return std::ranges::all_of(all_, [](const auto& one) { return one->connected(); });
}

bool consumers::more_comes() const {
  return std::ranges::any_of(all_, [](const auto& one) { return one->more_comes(); });
}

std::int64_t consumers::depth() {
  std::int64_t sum = 0;
  bool known = true;
  for (const auto& one : all_) {
    const std::int64_t depth = one->depth();
    known = known && depth >= 0;
    sum += depth;
  }
  return known ? sum : -1;
}

std::size_t consumers::in_hand() const {
  std::size_t sum = 0;
  for (const auto& one : all_) sum += one->in_hand();
  return sum;
}

} // namespace redis::stream
