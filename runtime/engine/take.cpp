// Deliveries go out.
#include <algorithm>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {

bool engine::serves(task_id task) const {
  if (stopped_ || queues_[task].empty()) return false;
  if (holds_.bytes() < settings_.max_pending_bytes) return true;
  // Over the limit only the deepest work is handed out: it is what frees memory.
  const auto deepest = std::find_if(order_.begin(), order_.end(),
                                    [&](task_id one) { return !queues_[one].empty(); });
  return *deepest == task;
}

std::size_t engine::take(task_id task, worker_id worker, std::size_t max,
                         std::vector<tempest_delivery>& out) {
  if (!serves(task)) return 0;
  ready_queue& queue = queues_[task];
  const std::size_t count = std::min(max, queue.size());
  const std::size_t start = out.size();
  out.resize(start + count);
  for (std::size_t i = 0; i < count; ++i) {
    hand_out(queue.pop_front(deliveries_), worker, out[start + i]);
  }
  stats_.tasks[task].inflow += count;
  return count;
}

void engine::hand_out(std::uint32_t slot, worker_id worker, tempest_delivery& out) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  delivery.state = delivery_state::held;
  delivery.worker = worker;
  delivery.account_home = account.home; // the id's bytes, should the account move or end before
  holds_.hold(account.home);
  ++delivery.generation;
  ++account.held;

  out.id = {account.id.data(), account.id.size()};
  out.payload = {delivery.payload.data(), delivery.payload.size()};
  const metadata* meta = delivery.meta;
  out.key = meta != nullptr ? meta->key : tempest_slice{};
  out.headers = meta != nullptr ? meta->headers : nullptr;
  out.header_count = meta != nullptr ? meta->header_count : 0;
  out.timestamp_ms = meta != nullptr ? meta->timestamp_ms : account.timestamp_ms;
  out.path = path(slot);
  out.path_length = delivery.path_length;
  out.attempt = delivery.attempt;
  out.deliveries = account.deliveries;
  out.host_token = delivery_ref{slot, delivery.generation}.token();
}

std::uint32_t* engine::path(std::uint32_t slot) {
  constexpr std::uint32_t block = 1024;
  if (path_stride_ == 0) return nullptr;
  while (path_blocks_.size() <= slot / block) path_blocks_.emplace_back(block * path_stride_);
  return path_blocks_[slot / block].data() + std::size_t{slot % block} * path_stride_;
}

} // namespace tempest::engine
