// Deliveries go out.
#include <algorithm>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/metadata.hpp"

namespace tempest::engine {

bool engine::serves(task_id task) const {
  return !queues_[task].empty() && may_serve(task);
}

bool engine::serves_suspects(task_id task) const {
  return !suspects_[task].empty() && may_serve(task);
}

bool engine::may_serve(task_id task) const {
  if (stopped_) return false;
  if (holds_.bytes() < settings_.max_pending_bytes) return true;
  // Over the limit only the deepest work is handed out: it is what frees memory.
  const auto deepest = std::find_if(order_.begin(), order_.end(), [&](task_id one) {
    return !queues_[one].empty() || !suspects_[one].empty();
  });
  return *deepest == task;
}

std::size_t engine::take(task_id task, worker_id worker, std::size_t max,
                         std::vector<tempest_delivery>& out, std::uint64_t max_bytes) {
  if (!serves(task)) return 0;
  ready_queue& queue = queues_[task];
  const std::size_t most = std::min(max, queue.size());
  const std::size_t before = out.size();
  out.resize(before + most);
  std::size_t count = 0;
  for (; count < most; ++count) {
    const std::uint32_t slot = queue.front(deliveries_);
    const delivery_slot& next = deliveries_[slot];
    const std::uint64_t bytes = message_bytes(next.payload, next.meta);
    if (count > 0 && bytes > max_bytes) break;
    max_bytes -= std::min(max_bytes, bytes);
    queue.pop_front();
    hand_out(slot, worker, out[before + count]);
  }
  out.resize(before + count);
  stats_.tasks[task].inflow += count;
  return count;
}

bool engine::take_suspect(task_id task, worker_id worker, std::vector<tempest_delivery>& out) {
  if (!serves_suspects(task)) return false;
  const std::uint32_t slot = suspects_[task].front(deliveries_);
  suspects_[task].pop_front();
  hand_out(slot, worker, out.emplace_back());
  ++stats_.tasks[task].inflow;
  return true;
}

void engine::hand_out(std::uint32_t slot, worker_id worker, tempest_delivery& out) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  delivery.state = delivery_state::held;
  delivery.worker = worker;
  delivery.called_off = delivery.uncounted = delivery.begun = false;
  ++delivery.generation;
  ++account.held;
  describe(slot, out);
}

void engine::describe(std::uint32_t slot, tempest_delivery& out) const {
  const delivery_slot& delivery = deliveries_[slot];
  const account_slot& account = accounts_[delivery.account];
  out.id = {account.id.data(), account.id.size()};
  out.payload = {delivery.payload.data(), delivery.payload.size()};
  if (const metadata* const meta = delivery.meta; meta != nullptr) {
    out.key = meta->key;
    out.headers = meta->headers;
    out.header_count = meta->header_count;
    out.timestamp_ms = meta->timestamp_ms;
  } else {
    out.timestamp_ms = account.timestamp_ms;
  }
  out.path = delivery.path;
  out.path_length = delivery.path_length;
  out.attempt = delivery.attempt;
  out.deliveries = account.deliveries;
  out.host_token = delivery_ref{slot, delivery.generation}.token();
}

} // namespace tempest::engine
