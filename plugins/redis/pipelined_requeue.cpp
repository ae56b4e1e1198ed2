#include "plugins/redis/pipelined_requeue.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace redis {

std::string pipelined_requeue::run() {
  connect();
  for (std::size_t i = 0; i < what_.size(); ++i) {
    try {
      sent_.push_back({i, append(i)});
    } catch (const std::invalid_argument& error) {
      results_[i] = tempest::requeued::rejected;
      if (reason_.empty()) reason_ = error.what();
    }
    if (line().queued() >= piece_bytes) collect();
  }
  collect();
  return std::move(reason_);
}

void pipelined_requeue::collect() {
  for (const auto& [index, moves] : sent_) {
    const std::optional<std::string> error = line().result();
    results_[index] = error               ? tempest::requeued::failed
                      : !moves            ? tempest::requeued::ok
                      : line().was_zero() ? tempest::requeued::gone
                                          : tempest::requeued::moved;
    if (error && reason_.empty()) reason_ = *error;
  }
  sent_.clear();
}

std::chrono::milliseconds pipelined_requeue::patience(const tempest::requeue_batch& what,
                                                      std::chrono::milliseconds longest) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(what.until() - steady::now());
  return std::clamp(left, milliseconds{1}, longest);
}

} // namespace redis
