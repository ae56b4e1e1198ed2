// The end: what became of each message, over all lives of the topology. It is acknowledged on good
// grounds, or with its source; nothing else, whatever engine and oracle may have agreed upon.
#include <map>
#include <utility>

#include "runtime/engine/message_hash.hpp"
#include "tests/simulation/world.hpp"

namespace tempest::simulation {

void world::check_end() {
  expect(oracle_.live() == 0 && oracle_.debts() == 0, "all comes to an end");
  expect(heart_->in_flight() == 0, "no message is left");
  expect(heart_->deliveries() == 0, "no delivery is left");
  expect(heart_->bytes() == 0, "no bytes are left");
  expect(heart_->retrying() == 0, "nothing retries");
  check_known();
  for (const auto& [id, one] : broker_.records()) judge(one);
  judge_letters();
}

// What a next life is to know of suspects.
void world::check_known() {
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> said;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> due;
  for (const auto& [message, tasks] : heart_->suspected().all()) {
    for (const auto& [task, charged] : tasks) said[{message, task}] = charged;
  }
  for (const auto& [of, charged] : oracle_.known) {
    due[{engine::hash_of(of.first), of.second}] = charged;
  }
  expect(said == due, "what is known of suspects");
}

void world::judge(const broker::record& one) {
  const std::string name = "message " + one.now.id;
  switch (one.where) {
    case broker::place::waits:
    case broker::place::elsewhere:
    case broker::place::gone_elsewhere:
      return;
    case broker::place::handed:
      return expect(false, name + " is lost: neither settled nor with its source");
    case broker::place::left:
      return expect(one.how == ending::left, name + " was left without having failed");
    case broker::place::gone:
      break;
  }
  const auto letter = sink_.on_shelf().find({one.now.id, one.now.deliveries});
  const bool written = letter != sink_.on_shelf().end();
  if (one.how != ending::lettered) {
    expect(one.how == ending::done || one.how == ending::by_policy, name + " is acknowledged");
    return expect(!written, name + " succeeded and has a dead letter");
  }
  expect(written, name + " is acknowledged for a dead letter that was never written");
}

// One a hand-over. In one life of the topology more than one only of what its source took back.
void world::judge_letters() {
  std::map<std::pair<std::string, unsigned>, unsigned> in_life;
  for (const auto& [of, letters] : sink_.on_shelf()) {
    const auto found = broker_.records().find(of.first);
    expect(found != broker_.records().end(), "a dead letter of no message: " + of.first);
    expect(letters.size() == 1, "one hand-over has two dead letters: " + of.first);
    expect(letters.front().payload == found->second.now.payload,
           "a dead letter's bytes on the shelf");
    ++in_life[{of.first, letters.front().life}];
  }
  for (const auto& [of, letters] : in_life) {
    const auto& taken_back = broker_.records().at(of.first).taken_back;
    const auto found = taken_back.find(of.second);
    expect(letters <= 1 + (found == taken_back.end() ? 0 : found->second),
           "in one life there are two dead letters of " + of.first);
  }
}

} // namespace tempest::simulation
