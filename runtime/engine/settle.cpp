// Messages end.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/message_hash.hpp"

namespace tempest::engine {

// Takes a delivery off its account, wherever it waits.
void engine::forget_delivery(std::uint32_t slot) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  const delivery_state waited = delivery.state;
  unlink(delivery, account);
  free_delivery(slot);
  if (waited == delivery_state::queued) queue_of(delivery).forgot_one(deliveries_);
  if (waited == delivery_state::retrying) --account.retrying;
  if (account.retrying > 0 || account.counted_retrying) count_retrying(account);
}

void engine::unlink(delivery_slot& delivery, account_slot& account) {
  (delivery.sibling_previous == no_slot ? account.first_delivery
                                        : deliveries_[delivery.sibling_previous].sibling_next) =
      delivery.sibling_next;
  if (delivery.sibling_next != no_slot) {
    deliveries_[delivery.sibling_next].sibling_previous = delivery.sibling_previous;
  }
  --account.open;
  delivery.account = no_slot;
}

void engine::free_delivery(std::uint32_t slot) {
  delivery_slot& delivery = deliveries_[slot];
  holds_.drop(delivery.home);
  holds_.drop(delivery.meta_home);
  holds_.drop(delivery.id_home);
  delivery.home = delivery.meta_home = delivery.id_home = nullptr;
  delivery.state = delivery_state::free;
  ++delivery.generation;
  deliveries_.put(slot);
}

// A worker holds it still and nobody awaits it any more: its bytes stay until the worker lets go.
void engine::detach(std::uint32_t slot) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  keep_id(delivery, account);
  --account.held;
  unlink(delivery, account);
  delivery.state = delivery_state::detached;
}

void engine::drop_unbegun(std::uint32_t index) {
  std::uint32_t slot = accounts_[index].first_delivery;
  while (slot != no_slot) {
    const std::uint32_t next = deliveries_[slot].sibling_next;
    if (deliveries_[slot].state != delivery_state::held) forget_unbegun(slot);
    slot = next;
  }
}

// Of a message that is not to succeed any more: settles it once no worker holds anything of it.
void engine::end_early(std::uint32_t index) {
  const account_slot& account = accounts_[index];
  switch (account.state) {
    case account_state::failed:
      if (account.held == 0) finish_failed(index);
      break;
    case account_state::going_back:
      if (account.held == 0) {
        drop_unbegun(index);
        settle(index, TEMPEST_RETURN);
      }
      break;
    case account_state::running:
    case account_state::free:
    case account_state::dead_lettering:
      break;
  }
}

void engine::finish_failed(std::uint32_t index) {
  const failure_record& why = failures_[accounts_[index].failure];
  switch (why.action) {
    case last_action::dead_letter:
      return write_dead_letter(index);
    case last_action::ack:
      return settle(index, TEMPEST_ACK);
    case last_action::stop:
      if (stop_reason.empty()) stop_reason = why.reason;
      return settle(index, TEMPEST_FAIL);
    case last_action::leave:
      return settle(index, TEMPEST_FAIL);
  }
}

void engine::write_dead_letter(std::uint32_t index) {
  account_slot& account = accounts_[index];
  copy_out(account);
  account.state = account_state::dead_lettering;
  letters_of_suspects_ += account.suspected ? 1 : 0;
  const failure_record& why = failures_[account.failure];
  dead_letters.push_back({{index, account.generation},
                          account.id,
                          account.payload,
                          account.meta,
                          account.timestamp_ms,
                          account.deliveries,
                          why.task,
                          why.attempts,
                          why.how,
                          why.reason,
                          account.accepted,
                          why.when});
}

bool engine::current(message_ref message) const {
  return is_in_flight(message) && accounts_[message.slot].state == account_state::dead_lettering;
}

void engine::dead_lettered(message_ref message) {
  if (current(message)) settle(message.slot, TEMPEST_ACK);
}

void engine::return_dead_letter(message_ref message) {
  if (current(message)) settle(message.slot, TEMPEST_RETURN);
}

void engine::end_suspicion(const account_slot& account) {
  const std::uint64_t message = hash_of(account.id);
  const suspicions::by_task* const known = suspicions_.of(message);
  if (known == nullptr) return; // another message of that id has ended
  const bool is_charged =
      std::any_of(known->begin(), known->end(), [](const auto& one) { return one.second > 0; });
  if (is_charged && !account.withdrawn) ended_suspects.push_back({account.token, message, *known});
  suspicions_.forget(message);
}

void engine::settle(std::uint32_t index, tempest_outcome what) {
  account_slot& account = accounts_[index];
  if (!account.withdrawn) {
    settlements.push_back({account.token, what, account.accepted, account.timestamp_ms});
  }
  if (account.suspected) {
    letters_of_suspects_ -= account.state == account_state::dead_lettering ? 1 : 0;
    if (what != TEMPEST_RETURN) end_suspicion(account);
  }
  if (what == TEMPEST_FAIL) {
    left_.left(account.id);
  } else if (what == TEMPEST_ACK && account.deliveries > 1) {
    left_.made_good(account.id);
  }
  close_account(index, account);
}

void engine::close_account(std::uint32_t index, account_slot& account) {
  if (account.failure != no_slot) failures_.put(std::exchange(account.failure, no_slot));
  holds_.drop(account.home);
  account.home = nullptr;
  account.own_copy = false;
  account.withdrawn = false;
  account.suspected = false;
  account.state = account_state::free;
  count_retrying(account);
  ++account.generation;
  accounts_.put(index);
}

// Keeps retrying_accounts_ in step with one account.
void engine::count_retrying(account_slot& account) {
  const bool waits = account.state == account_state::running && account.open > 0 &&
                     account.retrying == account.open;
  if (waits == account.counted_retrying) return;
  account.counted_retrying = waits;
  waits ? ++retrying_accounts_ : --retrying_accounts_;
}

void engine::withdraw(std::span<const std::uint64_t> tokens) {
  const std::unordered_set<std::uint64_t> lost(tokens.begin(), tokens.end());
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    account_slot& account = accounts_[index];
    if (account.state == account_state::free || !lost.contains(account.token)) continue;
    if (account.state == account_state::dead_lettering) { // its bytes are being read elsewhere
      account.withdrawn = true;
      continue;
    }
    drop_unbegun(index);
    while (account.first_delivery != no_slot) {
      cancellations = true;
      detach(account.first_delivery);
    }
    close_account(index, account);
  }
}

void engine::open_tokens(std::vector<std::uint64_t>& out) const {
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    const account_slot& account = accounts_[index];
    const bool open = account.state != account_state::free && !account.withdrawn;
    if (open) out.push_back(account.token);
  }
}

std::optional<oldest_message> engine::oldest() const {
  std::optional<oldest_message> found;
  if (accounts_.used() == 0) return found;
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    const account_slot& account = accounts_[index];
    if (account.state == account_state::free) continue;
    if (!found || account.accepted < found->accepted) {
      found = {{index, account.generation}, account.accepted};
    }
  }
  return found;
}

bool engine::is_in_flight(message_ref message) const {
  if (message.slot >= accounts_.size()) return false;
  const account_slot& account = accounts_[message.slot];
  return account.generation == message.generation && account.state != account_state::free;
}

void engine::stop() {
  stopped_ = true;
  cancellations = true;
  for (std::uint32_t index = 0; index < accounts_.size(); ++index) {
    account_slot& account = accounts_[index];
    if (account.state != account_state::running || account.open == account.held) continue;
    account.state = account_state::going_back;
    drop_unbegun(index);
    settle_if_done(index);
  }
}

} // namespace tempest::engine
