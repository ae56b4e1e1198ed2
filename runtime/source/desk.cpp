#include "runtime/source/desk.hpp"

#include <iterator>
#include <utility>

namespace tempest::source {

void desk::collect(arrivals& into) {
  const std::scoped_lock lock(mutex_);
  std::swap(into.batches, arrivals_.batches);
  std::swap(into.withdrawn, arrivals_.withdrawn);
  collected_ += arrivals_.read;
  collected_bytes_ += arrivals_.read_bytes;
  into.read += std::exchange(arrivals_.read, 0);
  into.read_bytes += std::exchange(arrivals_.read_bytes, 0);
  into.acked += std::exchange(arrivals_.acked, 0);
  into.failed += std::exchange(arrivals_.failed, 0);
  into.returned += std::exchange(arrivals_.returned, 0);
  into.gone += std::exchange(arrivals_.gone, 0);
  into.ended = arrivals_.ended;
  into.connected = arrivals_.connected;
  into.stopped = arrivals_.stopped;
  into.fatal = arrivals_.fatal;
  into.unusable = arrivals_.unusable;
}

void desk::recycle(std::vector<engine::incoming_batch>& entered) {
  for (engine::incoming_batch& one : entered) one.clear();
  const std::scoped_lock lock(mutex_);
  for (engine::incoming_batch& one : entered) {
    if (spare_.size() < 16) spare_.push_back(std::move(one));
  }
  entered.clear();
}

bool desk::settle(std::vector<engine::settlement>& settled) {
  if (settled.empty()) return false;
  {
    const std::scoped_lock lock(mutex_);
    if (settlements_.empty()) {
      std::swap(settlements_, settled);
    } else {
      settlements_.insert(settlements_.end(), settled.begin(), settled.end());
    }
  }
  settled.clear();
  return waiting_.exchange(false); // one wake-up a poll
}

bool desk::set_room(std::size_t messages, std::size_t bytes) {
  byte_limit_.store(collected_bytes_ + bytes);
  message_limit_.store(collected_ + messages);
  const bool opened = !had_room_ && messages > 0;
  had_room_ = messages > 0;
  return opened && waiting_.exchange(false);
}

void desk::begin_stop(std::int64_t deadline_ns) {
  stop_deadline_ns_.store(deadline_ns);
  stopping_.store(true);
}

void desk::finish_stop() {
  finished_.store(true);
}

void desk::publish(arrivals& made, engine::incoming_batch& batch) {
  {
    const std::scoped_lock lock(mutex_);
    if (!batch.messages.empty()) {
      arrivals_.batches.push_back(std::move(batch));
      batch = {};
    }
    arrivals_.withdrawn.insert(arrivals_.withdrawn.end(), made.withdrawn.begin(),
                               made.withdrawn.end());
    arrivals_.read += made.read;
    arrivals_.read_bytes += made.read_bytes;
    arrivals_.acked += made.acked;
    arrivals_.failed += made.failed;
    arrivals_.returned += made.returned;
    arrivals_.gone += made.gone;
    arrivals_.ended = made.ended;
    arrivals_.connected |= made.connected;
    arrivals_.stopped |= made.stopped;
    arrivals_.unusable |= made.unusable;
    if (arrivals_.fatal.empty()) arrivals_.fatal = made.fatal;
  }
  engine_bell_.ring();
}

engine::incoming_batch desk::empty_batch() {
  const std::scoped_lock lock(mutex_);
  if (spare_.empty()) return {};
  engine::incoming_batch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void desk::take_settlements(std::vector<engine::settlement>& into) {
  const std::scoped_lock lock(mutex_);
  into.insert(into.end(), settlements_.begin(), settlements_.end());
  settlements_.clear();
}

} // namespace tempest::source
