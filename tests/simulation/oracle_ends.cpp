// How messages end in the oracle's eyes: failures, the policy's last word, withdrawals, shutdown.
#include <algorithm>
#include <utility>

#include "tests/simulation/oracle.hpp"

namespace tempest::simulation {

void oracle::enter_failure(message& one, debt was, bool final, const std::string& reason,
                           nanoseconds now) {
  const task_plan& plan = tasks_[was.task];
  ++counts[was.task].errors;
  if (one.now != state::running) return;
  if (final || was.attempt >= plan.attempts) {
    return give_up(one, plan.exhausted,
                   {one.from.token, one.from.payload, one.from.key, reason, was.task, was.attempt});
  }
  if (stopped_) {
    one.now = state::going_back;
    return know(one, was);
  }
  double wait = static_cast<double>(plan.backoff);
  for (std::uint32_t i = 1; i < was.attempt; ++i) wait *= 2;
  wait = std::min(wait, static_cast<double>(plan.max_backoff));
  was.earliest = now + static_cast<nanoseconds>(wait * (1 - plan.jitter)) - 1;
  was.latest = now + static_cast<nanoseconds>(wait);
  was.where = place::retries;
  count_failure(one, was.attempt);
  ++was.attempt;
  ++counts[was.task].retries;
  one.owed.push_back(std::move(was));
}

// The worst delivery of a message counts.
void oracle::count_failure(message& one, std::uint32_t failures_now) {
  if (failures_now <= one.failures) return;
  one.failures = failures_now;
  if (keeps_failures_) failures.insert({one.from.token, failures_now});
}

void oracle::give_up(message& one, char action, letter why) {
  if (action == 'l' || action == 's') {
    count_failure(one, std::max(why.attempts, one.from.failures + 1));
  }
  one.now = state::failed;
  one.action = action;
  one.why = std::move(why);
  keep_held(one);
}

void oracle::keep_held(message& one) {
  std::erase_if(one.owed, [&](const debt& owed) {
    if (owed.where != place::held) know(one, owed);
    return owed.where != place::held;
  });
}

bool oracle::any_held(const message& one) {
  return std::any_of(one.owed.begin(), one.owed.end(),
                     [](const debt& owed) { return owed.where == place::held; });
}

void oracle::conclude(std::uint64_t token) {
  message& one = messages_.at(token);
  if (one.now == state::running && one.owed.empty()) return settle(token, ending::done);
  if (any_held(one)) return;
  if (one.now == state::going_back) {
    keep_held(one);
    return settle(token, ending::returned);
  }
  if (one.now != state::failed) return;
  if (one.action == 'd') {
    one.now = state::letter_out;
    letters[{one.from.id, one.from.deliveries}] = one.why;
    return;
  }
  if (one.action == 's') stopping = true;
  settle(token, one.action == 'a' ? ending::by_policy : ending::left);
}

void oracle::settle(std::uint64_t token, ending how) {
  const message& one = messages_.at(token);
  if (!one.withdrawn) settlements[token] = how;
  if (how == ending::left) left.insert(one.from.id);
  const bool ended_well = how != ending::left && how != ending::returned;
  if (ended_well && one.from.deliveries > 1) left.erase(one.from.id);
  if (one.suspected && how != ending::returned) {
    std::erase_if(known, [&](const auto& each) { return each.first.first == one.from.id; });
  }
  messages_.erase(token);
}

void oracle::restart() {
  messages_.clear();
  holders_.clear();
  refs_ever_.clear();
  counts.assign(tasks_.size(), {});
  left.clear();
  late = 0;
  stopped_ = stopping = false;
}

void oracle::withdraw(std::uint64_t token) {
  const auto found = messages_.find(token);
  if (found == messages_.end()) return;
  if (found->second.now == state::letter_out) {
    found->second.withdrawn = true;
    return;
  }
  for (const debt& owed : found->second.owed) {
    if (owed.where == place::held) holders_.at(owed.ref).orphan = true;
  }
  messages_.erase(found);
}

void oracle::tick(nanoseconds now) {
  for (auto& [token, one] : messages_) {
    for (debt& owed : one.owed) {
      if (owed.where != place::retries) continue;
      owed.perhaps_ready = owed.perhaps_ready || owed.earliest <= now;
      if (owed.latest > now) continue;
      owed.where = place::waits;
      owed.perhaps_ready = false;
    }
  }
}

void oracle::stop() {
  stopped_ = true;
  std::vector<std::uint64_t> tokens;
  for (const auto& [token, one] : messages_) tokens.push_back(token);
  for (const std::uint64_t token : tokens) {
    message& one = messages_.at(token);
    const bool all_held = std::all_of(one.owed.begin(), one.owed.end(),
                                      [](const debt& owed) { return owed.where == place::held; });
    if (one.now != state::running || all_held) continue;
    one.now = state::going_back;
    keep_held(one);
    conclude(token);
  }
}

void oracle::answer_letter(std::uint64_t token, bool written) {
  const auto found = messages_.find(token);
  if (found == messages_.end() || found->second.now != state::letter_out) return;
  settle(token, written ? ending::lettered : ending::returned);
}

} // namespace tempest::simulation
