#include "runtime/engine/quarantine.hpp"

#include <algorithm>

namespace tempest::engine {
namespace {

using process = quarantine::process;

bool serves(const process& one, task_id task) {
  return std::any_of(one.places.begin(), one.places.end(),
                     [&](const workplace& place) { return place.task == task; });
}

std::size_t in_hand(const process& one) {
  std::size_t all = 0;
  for (const workplace& place : one.places) all += place.in_hand;
  return all;
}

// A place whose suspects wait, best one that has nothing in hand.
std::optional<std::size_t> place_for_suspect(const engine& heart, const process& one) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < one.places.size(); ++i) {
    if (!heart.serves_suspects(one.places[i].task)) continue;
    if (!found || one.places[i].in_hand < one.places[*found].in_hand) found = i;
  }
  return found;
}

} // namespace

bool quarantine::wanted(const engine& heart) const {
  if (!apart_.empty()) return true;
  const auto order = heart.serving_order();
  return std::any_of(order.begin(), order.end(),
                     [&](task_id task) { return heart.serves_suspects(task); });
}

bool quarantine::open(std::uint64_t which) const {
  return std::none_of(apart_.begin(), apart_.end(),
                      [&](const apart& one) { return one.process == which; });
}

quarantine::apart* quarantine::find(std::uint64_t which) {
  const auto found = std::find_if(apart_.begin(), apart_.end(),
                                  [&](const apart& one) { return one.process == which; });
  return found == apart_.end() ? nullptr : &*found;
}

void quarantine::plan(const engine& heart, std::span<const process> all, time_ns now,
                      const giver& give) {
  for (apart& one : apart_) {
    if (!one.alone || heart.awaits(*one.alone)) continue;
    one.alone.reset();
    one.since = now;
  }
  std::erase_if(apart_, [&](const apart& one) {
    const auto alive = std::find_if(all.begin(), all.end(),
                                    [&](const process& each) { return each.id == one.process; });
    return alive == all.end() || (!one.alone && !place_for_suspect(heart, *alive));
  });
  for (const task_id task : heart.serving_order()) {
    if (heart.serves_suspects(task)) choose(all, task, now);
  }
  for (const process& one : all) {
    if (apart* const in = find(one.id)) serve(heart, one, *in, now, give);
  }
}

// One process at a time is enough for a task, unless that does not get empty. The one that will be
// empty soonest.
void quarantine::choose(std::span<const process> all, task_id task, time_ns now) {
  const process* best = nullptr;
  for (const process& one : all) {
    if (!serves(one, task)) continue;
    const apart* const in = find(one.id);
    if (in != nullptr && !tired(*in, now)) return;
    if (in == nullptr && (best == nullptr || in_hand(one) < in_hand(*best))) best = &one;
  }
  if (best != nullptr) apart_.push_back({best->id, now, 0, std::nullopt});
}

void quarantine::serve(const engine& heart, const process& one, apart& in, time_ns now,
                       const giver& give) {
  if (in.alone || !empty(heart, one, in, now)) return;
  in.lost = in_hand(one);
  const auto position = place_for_suspect(heart, one);
  if (position) in.alone = give(one.id, *position);
}

// What nobody awaits any more, because it timed out, may never come back.
bool quarantine::empty(const engine& heart, const process& one, const apart& in,
                       time_ns now) const {
  const std::size_t all = in_hand(one);
  if (all == 0) return true;
  return (all <= in.lost || tired(in, now)) &&
         std::none_of(one.places.begin(), one.places.end(),
                      [&](const workplace& place) { return heart.awaits_any(place.worker); });
}

} // namespace tempest::engine
