#include "tests/simulation/broker.hpp"

#include <utility>

namespace tempest::simulation {

void broker::produce(const original& made) {
  record& one = records_[made.id];
  one.now = made;
  waiting_.push_back(&one);
}

original broker::hand_over(std::uint64_t token, nanoseconds now) {
  std::swap(waiting_[dice_() % waiting_.size()], waiting_.back());
  record& one = *waiting_.back();
  waiting_.pop_back();
  one.now.token = token;
  ++one.now.deliveries;
  one.where = place::handed;
  one.lease_until = now + terms_.lease;
  handed_[token] = &one;
  return one.now;
}

void broker::extend(std::span<const std::uint64_t> tokens, nanoseconds now) {
  for (const std::uint64_t token : tokens) {
    const auto found = handed_.find(token);
    if (found != handed_.end()) found->second->lease_until = now + terms_.lease;
  }
}

void broker::run_out(nanoseconds now) {
  if (terms_.lease == 0) return;
  std::vector<std::uint64_t> late;
  for (const auto& [token, one] : handed_) {
    if (one->lease_until < now) late.push_back(token);
  }
  for (const std::uint64_t token : late) take_back(token);
}

void broker::take_back(std::uint64_t token) {
  const auto found = handed_.find(token);
  if (found == handed_.end()) return;
  record& one = *found->second;
  handed_.erase(found);
  ++one.taken_back[life_];
  lost_.push_back(token);
  taken_back_.insert(token);
  if (chance(60)) return wait_again(one);
  one.where = place::elsewhere;
  elsewhere_.push_back(&one);
}

void broker::others_work() {
  while (!elsewhere_.empty() && chance(50)) {
    record& one = *elsewhere_.back();
    elsewhere_.pop_back();
    if (chance(50)) {
      wait_again(one);
    } else {
      one.where = place::gone_elsewhere;
    }
  }
}

void broker::failed(std::uint64_t token, std::uint32_t failures) {
  const auto found = handed_.find(token);
  if (found != handed_.end()) found->second->now.failures = failures;
}

// nullptr: the topology lost it before.
broker::record* broker::end_of(std::uint64_t token) {
  const auto found = handed_.find(token);
  if (found != handed_.end()) {
    record* const one = found->second;
    handed_.erase(found);
    return one;
  }
  if (!taken_back_.contains(token) && complaint_.empty()) {
    complaint_ = "what was not handed over is settled: token " + std::to_string(token);
  }
  return nullptr;
}

void broker::settled(std::uint64_t token, ending how) {
  record* const one = end_of(token);
  if (one == nullptr) return;
  one->how = how;
  if (how == ending::returned || (how == ending::left && chance(30))) return wait_again(*one);
  one->where = how == ending::left ? place::left : place::gone;
}

void broker::wait_again(record& one) {
  one.where = place::waits;
  waiting_.push_back(&one);
}

void broker::new_life() {
  ++life_;
  for (const auto& [token, one] : handed_) wait_again(*one);
  handed_.clear();
  lost_.clear();
  taken_back_.clear();
}

} // namespace tempest::simulation
