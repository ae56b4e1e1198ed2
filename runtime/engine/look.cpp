// What is in flight, for people.
#include <algorithm>
#include <optional>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {
namespace {

std::optional<sighting::place> place_of(delivery_state state) {
  switch (state) {
    case delivery_state::queued:
      return sighting::place::queue;
    case delivery_state::held:
      return sighting::place::worker;
    case delivery_state::retrying:
      return sighting::place::retries;
    case delivery_state::free:
    case delivery_state::detached:
      break;
  }
  return std::nullopt;
}

} // namespace

bool engine::look(look_cursor& at, std::uint32_t most, std::vector<sighting>& out) const {
  const std::uint32_t size = at.in_letters ? accounts_.size() : deliveries_.size();
  const std::uint32_t end = at.next + std::min(most, size - std::min(size, at.next));
  for (; at.next < end; ++at.next) {
    at.in_letters ? look_for_letter(at.next, out) : look_at_delivery(at.next, out);
  }
  if (at.next < size) return false;
  if (at.in_letters) return true;
  at = {true, 0};
  return false;
}

void engine::look_at_delivery(std::uint32_t slot, std::vector<sighting>& out) const {
  const delivery_slot& delivery = deliveries_[slot];
  const auto place = place_of(delivery.state);
  if (!place) return;
  const account_slot& account = accounts_[delivery.account];
  out.push_back({account.id,
                 delivery.task,
                 *place,
                 delivery.attempt,
                 account.accepted,
                 *place == sighting::place::retries ? delivery.due : 0,
                 {slot, delivery.generation}});
}

void engine::look_for_letter(std::uint32_t index, std::vector<sighting>& out) const {
  const account_slot& account = accounts_[index];
  if (account.state != account_state::dead_lettering) return;
  const failure_record& why = failures_[account.failure];
  out.push_back(
      {account.id, why.task, sighting::place::dead_letters, why.attempts, account.accepted, 0, {}});
}

} // namespace tempest::engine
