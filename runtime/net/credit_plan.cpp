#include "runtime/net/credit_plan.hpp"

#include <algorithm>
#include <numeric>

namespace tempest::net {
namespace {

constexpr std::int64_t period_ns = 100'000'000;
constexpr std::uint64_t round_trips = 10; // at least so many fit a period: deliveries on their way
                                          // are a demand, though they are in nobody's hands yet
constexpr std::uint64_t steps = 8;        // a window is told in such parts

} // namespace

std::vector<std::size_t> divide(std::size_t capacity, std::span<const std::size_t> demands) {
  std::vector<std::size_t> order(demands.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return demands[a] < demands[b]; });
  std::vector<std::size_t> windows(demands.size(), 1);
  std::size_t left = capacity;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t fair = left / (order.size() - i);
    windows[order[i]] = std::max<std::size_t>(1, std::min(demands[order[i]], fair));
    left -= std::min(left, windows[order[i]]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) { // the largest demands last, and the remainder
    const std::size_t more = left / (order.size() - i);
    windows[order[i]] += more;
    left -= more;
  }
  return windows;
}

// Twice what it used, so that it can grow; all it can get once that is more than it has.
std::size_t credit_plan::share::demand() const {
  const std::size_t peaks = std::max({peak, last_peak, in_hand()});
  const std::size_t sent = std::max(received - received_before_period, last_received) / round_trips;
  const std::size_t used = std::max(2 * peaks, sent);
  return used >= window ? SIZE_MAX : std::max<std::size_t>(1, used);
}

credit_plan::share* credit_plan::find(session_id session) {
  const auto found = std::find_if(shares_.begin(), shares_.end(),
                                  [&](const share& one) { return one.session == session; });
  return found == shares_.end() ? nullptr : &*found;
}

void credit_plan::join(session_id session) {
  shares_.emplace_back().session = session;
  stale_ = true;
}

void credit_plan::leave(session_id session) {
  std::erase_if(shares_, [&](const share& one) { return one.session == session; });
  stale_ = true;
}

void credit_plan::capacity(std::size_t messages) {
  stale_ = stale_ || messages != capacity_;
  capacity_ = messages;
}

void credit_plan::received(session_id session, std::size_t messages, std::uint64_t bytes) {
  share* const one = find(session);
  if (one == nullptr) return;
  one->received += messages;
  one->received_bytes += bytes;
  one->peak = std::max(one->peak, one->in_hand());
  if (2 * one->peak >= one->window && shares_.size() > 1) stale_ = true; // it may want more
}

void credit_plan::finished(session_id session, std::size_t messages, std::uint64_t bytes) {
  share* const one = find(session);
  if (one == nullptr) return;
  one->finished += messages;
  one->finished_bytes += bytes;
}

void credit_plan::end_period(std::int64_t now_ns) {
  if (now_ns < period_end_ns_) return;
  period_end_ns_ = now_ns + period_ns;
  for (share& one : shares_) {
    one.last_peak = one.peak;
    one.peak = one.in_hand();
    one.last_received = one.received - one.received_before_period;
    one.received_before_period = one.received;
  }
  stale_ = true;
}

void credit_plan::plan() {
  if (!stale_) return;
  stale_ = false;
  std::vector<std::size_t> demands;
  for (const share& one : shares_) demands.push_back(one.demand());
  const std::vector<std::size_t> windows = divide(capacity_, demands);
  for (std::size_t i = 0; i < shares_.size(); ++i) shares_[i].window = windows[i];
}

void credit_plan::tell(std::int64_t now_ns, const teller& tell) {
  end_period(now_ns);
  plan();
  const bool none = closed_ || paused_;
  for (share& one : shares_) {
    const std::uint64_t all = std::max<std::uint64_t>(capacity_, shares_.size());
    const std::uint64_t byte_window = static_cast<std::uint64_t>(
        static_cast<double>(bytes_) * static_cast<double>(one.window) / static_cast<double>(all));
    const std::uint64_t messages = none ? one.received : one.finished + one.window;
    const std::uint64_t bytes = none ? one.received_bytes : one.finished_bytes + byte_window;
    const bool same = messages >= one.told && bytes >= one.told_bytes &&
                      messages < one.told + std::max<std::uint64_t>(1, one.window / steps) &&
                      bytes < one.told_bytes + std::max<std::uint64_t>(1, byte_window / steps);
    if (same) continue;
    one.told = messages;
    one.told_bytes = bytes;
    tell(one.session, messages, bytes);
  }
}

} // namespace tempest::net
