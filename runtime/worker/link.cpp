#include "runtime/worker/link.hpp"

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"

namespace tempest::worker {
namespace {

// Most in the batches of a worker whose speed is not known: what it takes with a first delivery
// could not be had back for as long as that lasts.
constexpr std::size_t unmeasured = 1;

} // namespace

link::link(std::uint32_t poll_count, base::bell& engine_bell)
    : poll_count_(std::max(1u, poll_count)), engine_bell_(engine_bell) {}

link::answer link::take(std::span<const tempest_delivery>& batch, std::int64_t deadline_ns) {
  for (;;) {
    {
      const std::scoped_lock lock(mutex_);
      running_.clear();
      std::swap(running_, waiting_);
      std::atomic_ref(interrupt_).store(0, std::memory_order_relaxed);
      batch = running_;
      if (!running_.empty()) return answer::work;
      if (closed_) return answer::closed;
    }
    if (!worker_bell_.wait(deadline_ns) && base::steady_ns() >= deadline_ns) return answer::idle;
  }
}

// An interrupt stays up: it is meant for what is in hand.
link::answer link::take_more(std::vector<tempest_delivery>& hand) {
  const std::scoped_lock lock(mutex_);
  hand.insert(hand.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  running_ = hand;
  return closed_ ? answer::closed : answer::work;
}

void link::report(engine::worker_report& done) {
  {
    const std::scoped_lock lock(mutex_);
    reports_.push_back(std::move(done));
    done = {};
    if (!spare_.empty()) {
      done = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  engine_bell_.ring();
}

// The most that one batch should hold.
std::size_t link::batch_size() const {
  const std::int64_t each = ns_per_delivery_.load(std::memory_order_relaxed);
  if (each <= 0) return std::min(poll_count_, unmeasured);
  return std::min(poll_count_,
                  std::max<std::size_t>(1, static_cast<std::size_t>(batch_fit::batch_ns / each)));
}

std::size_t link::capacity(std::size_t put_off) const {
  if (hangs_) return 0;
  return std::min(poll_count_, put_off + (slow() ? 1 : 2 * batch_size()));
}

std::size_t link::room(std::size_t put_off) {
  if (hangs_) return 0;
  std::size_t waiting = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (closed_) return 0;
    waiting = waiting_.size();
  }
  if (slow() && in_hand_ > put_off) return 0; // another worker may be free sooner
  const std::size_t fits = batch_size();
  const std::size_t left = poll_count_ - std::min(poll_count_, in_hand_);
  return std::min(left, fits - std::min(fits, waiting));
}

// A batch that still waits grows, so that a busy worker finds a large one and not the first few.
void link::offer() {
  if (filling_.empty()) return;
  in_hand_ += filling_.size();
  bool first = true;
  {
    const std::scoped_lock lock(mutex_);
    first = waiting_.empty();
    if (first) {
      std::swap(filling_, waiting_);
    } else {
      waiting_.insert(waiting_.end(), filling_.begin(), filling_.end());
    }
  }
  filling_.clear();
  if (first) worker_bell_.ring();
}

void link::collect(std::vector<engine::worker_report>& reports) {
  const std::scoped_lock lock(mutex_);
  for (engine::worker_report& one : reports_) {
    in_hand_ -= std::min(in_hand_, one.results.size());
    reports.push_back(std::move(one));
  }
  reports_.clear();
}

void link::recycle(engine::worker_report& entered) {
  entered.clear();
  const std::scoped_lock lock(mutex_);
  if (spare_.size() < 8) spare_.push_back(std::move(entered));
}

void link::cancel(const std::function<bool(engine::delivery_ref)>& useless,
                  engine::worker_report& taken_back) {
  const auto is_useless = [&](const tempest_delivery& one) {
    return useless(engine::delivery_ref::of(one.host_token));
  };
  const std::scoped_lock lock(mutex_);
  const auto kept = std::stable_partition(waiting_.begin(), waiting_.end(),
                                          [&](const auto& one) { return !is_useless(one); });
  for (auto gone = kept; gone != waiting_.end(); ++gone) {
    engine::result& result = taken_back.results.emplace_back();
    result.delivery = engine::delivery_ref::of(gone->host_token);
    result.what = engine::outcome::returned;
  }
  in_hand_ -= static_cast<std::size_t>(waiting_.end() - kept);
  waiting_.erase(kept, waiting_.end());
  if (std::any_of(running_.begin(), running_.end(), is_useless)) {
    std::atomic_ref(interrupt_).store(1, std::memory_order_relaxed);
  }
}

void link::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  worker_bell_.ring();
}

} // namespace tempest::worker
