// Deliveries fail: they are tried again, or their message has failed.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {
namespace {

constexpr std::size_t retries_kept = 256;
constexpr std::size_t incidents_kept = 2 * retries_kept; // so that ends are among them

const char* word(last_action action) {
  switch (action) {
    case last_action::dead_letter:
      return "goes to the dead letters";
    case last_action::leave:
      return "is left to the source";
    case last_action::ack:
      return "is acknowledged all the same";
    case last_action::stop:
      return "stops the topology";
  }
  return "";
}

} // namespace

void engine::enter_failure(std::uint32_t slot, const failure& why, time_ns now) {
  const delivery_slot& delivery = deliveries_[slot];
  task_statistics& counts = stats_.tasks[delivery.task];
  ++counts.errors;
  if (why.how == failure_kind::rejected) ++counts.rejected;
  if (why.how == failure_kind::timed_out) ++counts.timed_out;
  const std::uint32_t index = delivery.account;
  account_slot& account = accounts_[index];
  if (account.state != account_state::running) return forget_delivery(slot);

  const retry_policy& policy = settings_.tasks[delivery.task].policy;
  const bool again = why.how != failure_kind::rejected && delivery.attempt < policy.attempts;
  if (again && stopped_) { // no attempt is charged for what shutdown cuts short
    account.state = account_state::going_back;
    return forget_unbegun(slot);
  }
  if (again) return retry(slot, why, now);
  failure_record record{why.how,          std::string(why.reason), delivery.task,
                        delivery.attempt, policy.on_exhausted,     now};
  forget_delivery(slot);
  give_up(index, std::move(record));
}

void engine::retry(std::uint32_t slot, const failure& why, time_ns now) {
  delivery_slot& delivery = deliveries_[slot];
  account_slot& account = accounts_[delivery.account];
  delivery.state = delivery_state::retrying;
  copy_out(account);
  copy_out(delivery);
  const time_ns due =
      now + backoff_after(settings_.tasks[delivery.task].policy, delivery.attempt, random_);
  note(incident::kind::retry, account,
       {why.how, std::string(why.reason), delivery.task, delivery.attempt, last_action::leave, now},
       due, "is tried again");
  count_failure(account, delivery.attempt);
  ++delivery.attempt;
  ++account.retrying;
  delivery.due = due;
  retries_.push(due, {slot, delivery.generation});
  ++stats_.tasks[delivery.task].retries;
  count_retrying(account);
}

// The worker may still read the bytes of what it has begun, so its slot stays with them, and
// whatever comes next happens to a twin of it.
std::uint32_t engine::split_off(std::uint32_t slot) {
  const std::uint32_t twin_slot = new_delivery(deliveries_[slot].account, deliveries_[slot].task);
  const delivery_slot& original = deliveries_[slot];
  delivery_slot& twin = deliveries_[twin_slot];
  twin.payload = original.payload;
  twin.meta = original.meta;
  twin.home = original.home;
  twin.meta_home = original.meta_home;
  twin.attempt = original.attempt;
  twin.path_length = original.path_length;
  twin.own_copy = original.own_copy;
  twin.state = delivery_state::detached; // in no queue
  holds_.hold(twin.home);
  holds_.hold(twin.meta_home);
  std::copy_n(original.path, original.path_length, twin.path);
  detach(slot);
  return twin_slot;
}

void engine::time_out(std::uint32_t slot, time_ns now) {
  const std::string reason =
      fmt::format("timed out: begun, and no progress for {} ms (msg_timeout)",
                  settings_.msg_timeout / 1'000'000);
  enter_failure(split_off(slot), {failure_kind::timed_out, reason}, now);
}

void engine::give_up(std::uint32_t index, failure_record record) {
  account_slot& account = accounts_[index];
  note(incident::kind::given_up, account, record, 0, word(record.action));
  if (record.action == last_action::leave || record.action == last_action::stop) {
    count_failure(account, std::max(record.attempts, account.failures_before + 1));
  }
  account.state = account_state::failed;
  account.failure = failures_.get();
  failures_[account.failure] = std::move(record);
  drop_unbegun(index);
  count_retrying(account);
  if (account.held > 0) cancellations = true;
  settle_if_done(index);
}

// Of a message whose deliveries fail each on its own, the worst one counts.
void engine::count_failure(account_slot& account, std::uint32_t failures) {
  if (failures <= account.failures) return;
  account.failures = failures;
  if (settings_.keeps_failures) failure_counts.push_back({account.token, failures});
}

void engine::note(incident::kind what, const account_slot& account, const failure_record& why,
                  time_ns next_try, const char* action) {
  if (incidents.size() >= (what == incident::kind::retry ? retries_kept : incidents_kept)) {
    ++incidents_omitted;
    return;
  }
  incidents.push_back({what, why.task, std::string(account.id), why.reason, why.how, why.attempts,
                       next_try, action});
}

void engine::tick(time_ns now) {
  while (retries_.next_due().value_or(now + 1) <= now) {
    const delivery_ref due = retries_.pop();
    delivery_slot& delivery = deliveries_[due.slot];
    const bool waits = delivery.state == delivery_state::retrying;
    if (!waits || delivery.generation != due.generation) continue;
    account_slot& account = accounts_[delivery.account];
    --account.retrying;
    enqueue(due.slot, delivery);
    count_retrying(account);
  }
}

} // namespace tempest::engine
