// How outcomes reach the server.
#include <algorithm>
#include <utility>

#include "plugins/redis/command.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/scripts.hpp"

namespace redis::list {

void consumer::settle(std::span<const token> which, std::span<const std::uint8_t> outcomes) {
  std::vector<token> done; // acknowledged without being asked to
  std::vector<token> failed;
  std::vector<token> returned;
  for (std::size_t i = 0; i < which.size(); ++i) {
    auto* const slot = ledger_.find(which[i]);
    if (slot == nullptr || slot->state != holding::open) continue;
    const auto what = static_cast<outcome>(outcomes[i]);
    if (what == outcome::fail) {
      failed.push_back(which[i]);
      if (settings_.acknowledge) {
        keep(which[i]);
      } else {
        ledger_.erase(which[i]);
      }
    } else if (!settings_.acknowledge) {
      (what == outcome::ack ? done : returned).push_back(which[i]);
      ledger_.erase(which[i]);
    } else {
      if (what == outcome::ack && acks_.empty()) first_ack_ = steady::now();
      slot->state = holding::settling;
      (what == outcome::ack ? acks_ : releases_).push_back(which[i]);
    }
  }
  if (!done.empty()) to_.settled(done, outcome::ack, confirmation::ok);
  if (!failed.empty()) to_.settled(failed, outcome::fail, confirmation::ok);
  if (!returned.empty()) to_.settled(returned, outcome::give_back, confirmation::gone);
}

void consumer::failed(std::span<const token> which, std::span<const std::uint32_t> failures) {
  if (!settings_.acknowledge) return;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto* const slot = ledger_.find(which[i]);
    if (slot != nullptr) failures_.push_back({slot->id, failures[i]});
  }
}

// An answer that is lost costs attempts, not the element: nothing is sent twice.
void consumer::send_failures() {
  std::stable_sort(failures_.begin(), failures_.end(),
                   [](const failure& left, const failure& right) {
                     return std::pair(left.where.list, left.where.number) <
                            std::pair(right.where.list, right.where.number);
                   });
  for (std::size_t from = 0; from < failures_.size();) {
    const std::uint32_t list = failures_[from].where.list;
    queue& of = lists_[list];
    std::vector<std::size_t> place;
    std::string pairs;
    std::size_t count = 0;
    std::size_t at = from;
    for (; at < failures_.size() && failures_[at].where.list == list && count < most_one_by_one;
         ++at) {
      of.order.places(std::span(&failures_[at].where.number, 1), place);
      if (place.empty()) continue;
      command::append(pairs, std::to_string(place.front()));
      command::append(pairs, std::to_string(failures_[at].failures));
      ++count;
    }
    from = at;
    if (count == 0) continue;
    command note(link_.out(), 7 + 2 * count);
    note.text("EVAL").text(count_script).text("1").text(of.key).text(settings_.name);
    note.text(owner(of.last_step)).number(of.order.size());
    link_.out() += pairs;
    expect(expecting::count, list);
  }
  failures_.clear();
}

steady::time_point consumer::acks_due() const {
  if (acks_.empty()) return steady::time_point::max();
  // Nothing will join them when nothing else is in hand.
  const bool enough =
      acks_.size() >= settings_.ack_batch || acks_.size() + kept_.size() >= ledger_.size();
  return enough ? first_ack_ : first_ack_ + settings_.ack_interval;
}

// Those of `from` that are in that list's hands, in its order.
std::vector<token> consumer::sorted_of(std::uint32_t list, std::vector<token>& from) {
  std::vector<std::pair<std::uint64_t, token>> found;
  for (const token of : from) {
    const auto* const slot = ledger_.find(of);
    if (slot != nullptr && slot->id.list == list) found.emplace_back(slot->id.number, of);
  }
  std::sort(found.begin(), found.end());
  std::vector<token> sorted;
  sorted.reserve(found.size());
  for (const auto& [number, of] : found) sorted.push_back(of);
  return sorted;
}

// Begins the command of `script` for these, which are sorted; their places follow as they are once
// what was sent before is done.
consumer::expectation& consumer::begin(expecting what, std::uint32_t list,
                                       std::span<const token> which) {
  queue& of = lists_[list];
  expect(what, list, ++of.last_step);
  expectation& made = expected_.back();
  made.tokens.assign(which.begin(), which.end());
  for (const token one : which) made.numbers.push_back(ledger_.find(one)->id.number);
  of.order.places(made.numbers, places_);
  return made;
}

// The oldest first: each command stands before those that move what it names.
void consumer::send_acks() {
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    queue& of = lists_[list];
    const std::vector<token> sorted = sorted_of(list, acks_);
    for (std::size_t from = 0; from < sorted.size(); from += settings_.ack_batch) {
      const std::size_t count = std::min(settings_.ack_batch, sorted.size() - from);
      begin(expecting::ack, list, std::span(sorted).subspan(from, count));
      for (std::size_t& place : places_) place -= from;
      const cut parts = cut_of(places_);
      command ack(link_.out(), 10 + parts.rest.size());
      ack.text("EVAL").text(ack_script).text("1").text(of.key).text(settings_.name);
      ack.text(owner(of.last_step - 1)).text(owner(of.last_step));
      ack.number(of.order.size() - of.leaving).text(tombstone_).number(parts.prefix);
      for (const std::size_t place : parts.rest) ack.number(place - parts.prefix);
      of.leaving += count;
    }
  }
  acks_.clear();
}

// How many of these, from the last one on, one script gives back.
std::size_t consumer::one_script_of(std::span<const token> sorted) const {
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < sorted.size() && count < most_one_by_one; ++count) {
    bytes += ledger_.find(sorted[sorted.size() - 1 - count])->id.bytes;
    if (count > 0 && bytes > step_bytes) break;
  }
  return count;
}

// The newest first, since each command moves what stands behind what it names. At the end that is
// read the oldest is then read first again; at the other one it is behind the rest of its step.
void consumer::send_releases(std::vector<token>& from, end to) {
  for (std::uint32_t list = 0; list < lists_.size(); ++list) {
    queue& of = lists_[list];
    const std::vector<token> sorted = sorted_of(list, from);
    for (std::size_t end = sorted.size(); end > 0;) {
      const std::size_t count = one_script_of(std::span(sorted).first(end));
      end -= count;
      begin(expecting::release, list, std::span(sorted).subspan(end, count));
      command back(link_.out(), 10 + count);
      back.text("EVAL").text(release_script).text("1").text(of.key).text(settings_.name);
      back.text(owner(of.last_step - 1)).text(owner(of.last_step));
      back.number(of.order.size() - of.leaving).text(tombstone_).text(word(to));
      for (const std::size_t place : places_) back.number(place);
      of.leaving += count;
    }
  }
  from.clear();
}

// The server has done it. What was read and never handed over is given back without a word.
void consumer::confirm(const expectation& of) {
  queue& from = lists_[of.list];
  from.order.erase(of.numbers);
  from.step = of.step;
  from.leaving -= std::min(from.leaving, of.tokens.size());
  std::vector<token> answered;
  for (const token one : of.tokens) {
    const auto* const slot = ledger_.find(one);
    if (slot != nullptr && slot->state == holding::settling) answered.push_back(one);
    ledger_.erase(one);
  }
  if (of.what == expecting::release) rest_from_letting_go();
  const outcome what = of.what == expecting::ack ? outcome::ack : outcome::give_back;
  if (!answered.empty()) to_.settled(answered, what, confirmation::ok);
}

} // namespace redis::list
