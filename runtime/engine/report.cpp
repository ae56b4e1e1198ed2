// Results come back.
#include <algorithm>
#include <utility>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/message_hash.hpp"

namespace tempest::engine {

bool engine::holds(worker_id worker, delivery_ref ref) const {
  if (ref.slot >= deliveries_.size()) return false;
  const delivery_slot& delivery = deliveries_[ref.slot];
  const bool out =
      delivery.state == delivery_state::held || delivery.state == delivery_state::detached;
  return out && delivery.generation == ref.generation && delivery.worker == worker;
}

bool engine::cancelled(delivery_ref ref) const {
  return !awaits(ref) || stopped_ ||
         accounts_[deliveries_[ref.slot].account].state != account_state::running;
}

void engine::called_off(std::vector<held_delivery>& out) {
  for (std::uint32_t slot = 0; slot < deliveries_.size(); ++slot) {
    delivery_slot& delivery = deliveries_[slot];
    const delivery_ref ref{slot, delivery.generation};
    if (delivery.called_off || !holds(delivery.worker, ref) || !cancelled(ref)) continue;
    delivery.called_off = true;
    out.push_back({delivery.worker, ref});
  }
}

bool engine::goes_on(worker_id worker, delivery_ref ref, tempest_delivery& as_given) const {
  if (cancelled(ref) || deliveries_[ref.slot].worker != worker) return false;
  as_given = {};
  describe(ref.slot, as_given);
  return true;
}

std::string_view engine::message_id(delivery_ref ref) const {
  return awaits(ref) ? accounts_[deliveries_[ref.slot].account].id : std::string_view{};
}

std::uint64_t engine::inherited_bytes(delivery_ref ref) const {
  if (!awaits(ref)) return 0;
  const metadata* const meta = deliveries_[ref.slot].meta;
  return meta == nullptr ? 0 : meta->bytes;
}

bool engine::awaits(delivery_ref ref) const {
  if (ref.slot >= deliveries_.size()) return false;
  const delivery_slot& delivery = deliveries_[ref.slot];
  return delivery.generation == ref.generation && delivery.state == delivery_state::held;
}

bool engine::awaits_any(worker_id worker) const {
  for (std::uint32_t slot = 0; slot < deliveries_.size(); ++slot) {
    const delivery_slot& delivery = deliveries_[slot];
    if (delivery.state == delivery_state::held && delivery.worker == worker) return true;
  }
  return false;
}

engine::failure engine::failure_of(const worker_report& done, const result& one) {
  const std::string_view reasons = done.reasons;
  const std::size_t start = std::min<std::size_t>(one.reason_start, reasons.size());
  const auto how = one.what == outcome::rejected    ? failure_kind::rejected
                   : one.what == outcome::timed_out ? failure_kind::timed_out
                                                    : failure_kind::failed;
  return {how, reasons.substr(start, one.reason_length)};
}

void engine::report(worker_id worker, const worker_report& done, time_ns now) {
  for (const result& one : done.results) enter(worker, done, one, now);
}

void engine::enter(worker_id worker, const worker_report& done, const result& one, time_ns now) {
  if (!holds(worker, one.delivery)) {
    ++stats_.late_reports;
    return;
  }
  const std::uint32_t slot = one.delivery.slot;
  delivery_slot& delivery = deliveries_[slot];
  task_statistics& counts = stats_.tasks[delivery.task];
  if (one.what == outcome::returned && !delivery.uncounted) --counts.inflow;
  if (delivery.state == delivery_state::detached) {
    ++stats_.late_reports;
    free_delivery(slot);
    return;
  }
  const std::uint32_t index = delivery.account;
  account_slot& account = accounts_[index];
  let_go(delivery, account);
  if (one.what != outcome::returned) { // it did not kill its process
    delivery.suspect = false;
    delivery.unheard = 0;
  }
  switch (one.what) {
    case outcome::succeeded:
      ++counts.handled;
      counts.outflow += one.output_count;
      enter_success(slot, delivery, account, done, one);
      break;
    case outcome::skipped:
      ++counts.skipped;
      forget_delivery(slot);
      break;
    case outcome::returned:
      take_back(slot);
      break;
    case outcome::failed:
    case outcome::rejected:
    case outcome::timed_out:
      enter_failure(slot, failure_of(done, one), now);
      break;
  }
  settle_if_done(index, account);
}

void engine::enter_success(std::uint32_t slot, delivery_slot& delivery, account_slot& account,
                           const worker_report& done, const result& one) {
  const std::vector<task_id>& children = settings_.tasks[delivery.task].children;
  const bool continues = one.output_count > 0 && !children.empty();
  if (!continues || account.state != account_state::running) return forget_delivery(slot);
  if (stopped_) {
    account.state = account_state::going_back; // its children would not be begun
    return forget_delivery(slot);
  }
  const output* const outputs = &done.outputs[one.first_output];
  if (one.output_count > 1 || children.size() > 1)
    return add_children(slot, outputs, one.output_count);
  become_child(slot, delivery, children.front(), *outputs, 0);
}

void engine::take_away(worker_id worker, const worker_report& done, time_ns now) {
  for (const result& one : done.results) {
    const std::uint32_t slot = one.delivery.slot;
    if (!holds(worker, one.delivery) || !awaits(one.delivery)) continue;
    const std::uint32_t account = deliveries_[slot].account;
    const std::uint32_t twin = split_off(slot);
    deliveries_[twin].suspect = one.what == outcome::returned && deliveries_[slot].suspect;
    if (one.what == outcome::returned) {
      --stats_.tasks[deliveries_[slot].task].inflow;
      deliveries_[slot].uncounted = true;
      take_back(twin);
    } else {
      enter_failure(twin, failure_of(done, one), now);
    }
    settle_if_done(account);
  }
}

// What was not begun takes its place in the queue again.
void engine::take_back(std::uint32_t slot) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  if (stopped_ && account.state == account_state::running) {
    account.state = account_state::going_back;
  }
  if (account.state != account_state::running) return forget_unbegun(slot);
  delivery.state = delivery_state::queued;
  queue_of(delivery).push_front({slot, delivery.generation});
}

// A suspect that goes back to its source is one when it comes again.
void engine::forget_unbegun(std::uint32_t slot) {
  const delivery_slot& delivery = deliveries_[slot];
  const account_slot& account = accounts_[delivery.account];
  if (delivery.suspect && account.state == account_state::going_back) {
    suspicions_.add(hash_of(account.id), delivery.task, delivery.attempt - 1);
  }
  forget_delivery(slot);
}

// The worker no longer holds it: another report about it would be late.
void engine::let_go(delivery_slot& delivery, account_slot& account) {
  --account.held;
  if (delivery.id_home != nullptr) holds_.drop(std::exchange(delivery.id_home, nullptr));
}

void engine::release(worker_id worker, departure how, time_ns now) {
  for (std::uint32_t slot = 0; slot < deliveries_.size(); ++slot) {
    if (deliveries_[slot].worker != worker) continue;
    if (deliveries_[slot].state == delivery_state::detached) free_delivery(slot);
    if (deliveries_[slot].state != delivery_state::held) continue;
    const std::uint32_t account = deliveries_[slot].account;
    let_go(deliveries_[slot], accounts_[account]);
    how == departure::lost ? lose(slot, now) : take_back(slot);
    settle_if_done(account);
  }
}

// What was begun is known with a delay, so all that was in hand is suspect: that costs it time, and
// nothing else. A suspect is told of before it is begun: one that was not is blamed for nothing,
// but that not for ever, since to receive it may be what kills.
void engine::lose(std::uint32_t slot, time_ns now) {
  delivery_slot& delivery = deliveries_[slot];
  if (delivery.suspect && (delivery.begun || ++delivery.unheard == most_unheard)) {
    delivery.unheard = 0;
    return enter_failure(slot, {failure_kind::failed, lost_alone}, now);
  }
  delivery.suspect = true;
  take_back(slot);
}

void engine::suspects_here(std::vector<suspicion>& out) const {
  for (std::uint32_t slot = 0; slot < deliveries_.size(); ++slot) {
    const delivery_slot& one = deliveries_[slot];
    if (!one.suspect || one.account == no_slot || one.state == delivery_state::free ||
        one.state == delivery_state::detached) {
      continue;
    }
    out.push_back({hash_of(accounts_[one.account].id), one.task, one.attempt - 1});
  }
}

void engine::observe(worker_id worker, std::span<const begun> running, time_ns now) {
  for (const begun& one : running) {
    if (!holds(worker, one.delivery)) continue;
    deliveries_[one.delivery.slot].begun = true;
    if (now - one.since <= settings_.msg_timeout || !awaits(one.delivery)) continue;
    const std::uint32_t account = deliveries_[one.delivery.slot].account;
    time_out(one.delivery.slot, now);
    settle_if_done(account);
  }
}

} // namespace tempest::engine
