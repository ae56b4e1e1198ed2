// What the engine decided, against what the oracle would; then it is on its way to the source and
// to the sink of the dead letters.
#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {
namespace {

tempest_outcome outcome_of(ending how) {
  if (how == ending::left) return TEMPEST_FAIL;
  return how == ending::returned ? TEMPEST_RETURN : TEMPEST_ACK;
}

std::string name_of(std::uint64_t token, tempest_outcome what) {
  const char* const how = what == TEMPEST_ACK ? ":ack" : what == TEMPEST_FAIL ? ":fail" : ":return";
  return " " + std::to_string(token) + how;
}

} // namespace

void world::check_outcomes() {
  check_failures();
  check_settlements();
  check_letters();
  heart_->incidents.clear();
}

void world::check_failures() {
  std::multiset<std::pair<std::uint64_t, std::uint32_t>> said;
  for (const engine::failure_count& one : heart_->failure_counts) {
    said.insert({one.token, one.failures});
    words_.push_back({one.token, std::nullopt, one.failures});
  }
  heart_->failure_counts.clear();
  expect(said == oracle_.failures, "failures that the source is told of");
  oracle_.failures.clear();
}

void world::check_settlements() {
  std::multiset<std::string> said;
  std::multiset<std::string> due;
  for (const auto& [token, how] : oracle_.settlements) due.insert(name_of(token, outcome_of(how)));
  for (const engine::settlement& one : heart_->settlements) {
    said.insert(name_of(one.token, one.what));
    fingerprint_ = fingerprint_ * 31 + one.token * 4 + static_cast<unsigned>(one.what);
    const auto found = oracle_.settlements.find(one.token);
    if (found != oracle_.settlements.end()) words_.push_back({one.token, found->second, 0});
  }
  heart_->settlements.clear();
  oracle_.settlements.clear();
  if (said == due) return;
  std::string all = "the engine settled";
  for (const std::string& one : said) all += one;
  all += ", expected";
  for (const std::string& one : due) all += one;
  expect(false, all);
}

void world::check_letters() {
  for (const engine::dead_letter& one : heart_->dead_letters) {
    const std::string id(one.id);
    const auto found = oracle_.letters.find({id, one.deliveries});
    if (found == oracle_.letters.end()) {
      expect(false, "a dead letter of a message that has none: " + id);
      continue;
    }
    const letter& due = found->second;
    expect(one.payload == due.payload, "a dead letter carries the original bytes");
    const std::string_view key = one.meta == nullptr
                                     ? std::string_view()
                                     : std::string_view(one.meta->key.data, one.meta->key.length);
    expect(key == due.key, "a dead letter carries the original key");
    expect(one.reason.starts_with(due.reason), "a dead letter says why");
    expect(one.task == due.task && one.attempts == due.attempts, "a dead letter says where");
    if (one.reason == engine::lost_alone) {
      expect(alone_losses_[id] > 0, "charged without a loss: " + one.reason);
    }
    sink_.take(one, due.token);
    oracle_.letters.erase(found);
  }
  heart_->dead_letters.clear();
  expect(oracle_.letters.empty(), "a dead letter is missing");
}

} // namespace tempest::simulation
