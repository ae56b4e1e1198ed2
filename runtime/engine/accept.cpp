// Messages come in.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/message_hash.hpp"

namespace tempest::engine {

std::size_t engine::room() const {
  if (stopped_ || retrying_accounts_ >= settings_.max_retrying) return 0;
  if (holds_.bytes() >= settings_.max_pending_bytes) return 0;
  const std::size_t open = accounts_.used();
  return open >= settings_.max_pending ? 0 : settings_.max_pending - open;
}

std::size_t engine::byte_room() const {
  const std::uint64_t held = holds_.bytes();
  return held >= settings_.max_pending_bytes ? 0 : settings_.max_pending_bytes - held;
}

void engine::accept(const incoming_batch& batch, time_ns now) {
  for (const incoming& message : batch.messages) open_account(message, now);
}

void engine::open_account(const incoming& message, time_ns now) {
  ++stats_.accepted;
  if (stopped_) {
    settlements.push_back({message.token, TEMPEST_RETURN});
    return;
  }
  const std::uint32_t index = accounts_.get();
  account_slot& account = accounts_[index];
  account.id = message.id;
  account.payload = message.payload;
  account.meta = message.meta;
  account.home = message.home;
  account.token = message.token;
  account.timestamp_ms = message.timestamp_ms;
  account.accepted = now;
  account.deliveries = message.deliveries;
  account.failures_before = account.failures = message.failures;
  account.state = account_state::running;
  holds_.hold(account.home);

  const bool worn_out = handed_over_too_often(message);
  if (message.refused != nullptr || worn_out) {
    std::string reason =
        message.refused != nullptr
            ? std::string(message.refused)
            : fmt::format("its source handed it over {} times, more than max_deliveries = {}",
                          message.deliveries, settings_.max_deliveries);
    const last_action action = settings_.tasks[settings_.root].policy.on_exhausted;
    give_up(index, {failure_kind::rejected, std::move(reason), settings_.root, message.failures,
                    action, now});
    return;
  }
  account.suspected = suspicions_.any() && suspicions_.of(hash_of(account.id)) != nullptr;
  if (account.suspected && worn_out_before(index, now)) return;
  const std::uint32_t slot = new_delivery(index, settings_.root);
  delivery_slot& delivery = deliveries_[slot];
  delivery.payload = message.payload;
  delivery.meta = message.meta;
  delivery.home = message.home;
  delivery.meta_home = nullptr;
  delivery.path_length = 0;
  holds_.hold(delivery.home);
  enqueue_new(slot, delivery, account);
}

// A source that keeps failures may count each as a hand-over: it is none while there are attempts
// left, which have a limit of their own. After them each is one more that was left to the source.
bool engine::handed_over_too_often(const incoming& message) const {
  const bool has_attempts = message.failures < most_attempts_;
  const std::uint32_t failed = has_attempts ? std::min(message.failures, message.deliveries) : 0;
  return message.deliveries - failed > settings_.max_deliveries;
}

// Its last attempt ended with the process.
bool engine::worn_out_before(std::uint32_t index, time_ns now) {
  account_slot& account = accounts_[index];
  for (const auto& [task, charged] : *suspicions_.of(hash_of(account.id))) {
    count_failure(account, charged);
    const retry_policy& policy = settings_.tasks[task].policy;
    if (charged < policy.attempts) continue;
    ++stats_.tasks[task].errors;
    give_up(index, {failure_kind::failed, std::string(lost_alone), task, charged,
                    policy.on_exhausted, now});
    return true;
  }
  return false;
}

// Owed, not queued yet, and otherwise empty.
std::uint32_t engine::new_delivery(std::uint32_t account_index, task_id task) {
  account_slot& account = accounts_[account_index];
  const std::uint32_t index = deliveries_.get();
  delivery_slot& made = deliveries_[index];
  made.account = account_index;
  made.task = task;
  made.attempt = first_attempt(account, task);
  made.own_copy = false;
  made.suspect = false;
  made.unheard = 0;
  if (made.path == nullptr && longest_path_ > 0) made.path = path_room(index);
  made.sibling_previous = no_slot;
  made.sibling_next = account.first_delivery;
  if (account.first_delivery != no_slot) {
    deliveries_[account.first_delivery].sibling_previous = index;
  }
  account.first_delivery = index;
  ++account.open;
  return index;
}

// Room for one path, of the slot for ever.
std::uint32_t* engine::path_room(std::uint32_t slot) {
  constexpr std::uint32_t block = 1024;
  while (paths_.size() <= slot / block) {
    paths_.push_back(std::make_unique<std::uint32_t[]>(std::size_t{block} * longest_path_));
  }
  return paths_[slot / block].get() + std::size_t{slot % block} * longest_path_;
}

void engine::begin_suspected(delivery_slot& made, const account_slot& account) const {
  const suspicions::by_task* const known = suspicions_.of(hash_of(account.id));
  if (known == nullptr) return; // another message of that id has ended
  const auto found = known->find(made.task);
  if (found == known->end()) return;
  made.suspect = true;
  made.attempt = std::min(std::max(made.attempt, found->second + 1),
                          settings_.tasks[made.task].policy.attempts);
}

} // namespace tempest::engine
