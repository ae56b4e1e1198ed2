// The topology's process is killed with everything in flight, and the next one begins. The source
// hands over again what it has not heard the end of; what was begun in that process is known, or is
// not; workers in other processes do not know yet.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/engine/message_hash.hpp"
#include "tests/simulation/world.hpp"

namespace tempest::simulation {
namespace {

constexpr std::size_t most_ghosts = 50;

} // namespace

void world::restart_topology() {
  check_outcomes();
  check_known();
  for (hands& worker : workers_) die(worker);
  while (ghosts_.size() > most_ghosts) ghosts_.erase(ghosts_.begin());
  begin_new_life();
}

// What a table of what was begun in this process would say, or what the worker goes on with.
void world::die(hands& worker) {
  for (const held& one : worker.full) {
    check_bytes(one);
    if (worker.over) {
      ghosts_.push_back({worker.id, one.given.host_token});
    } else if (one.alone || one.begun) {
      const std::uint32_t charged = one.given.attempt - (one.begun ? 0 : 1);
      std::uint32_t& most = oracle_.known[{one.id, worker.task}];
      if (one.alone) most = std::max(most, charged);
      if (one.alone && one.begun) ++alone_losses_[one.id];
    }
  }
  worker.full.clear();
  worker.id = next_worker_++;
  if (worker.over) worker.over = std::make_unique<session>(pool_);
}

void world::begin_new_life() {
  if (chance(plan_.standalone ? 2 : 20)) oracle_.known.clear();
  heart_ = std::make_unique<engine::engine>(plan_.engine);
  for (const auto& [of, charged] : oracle_.known) {
    heart_->suspect({engine::hash_of(of.first), of.second, charged});
  }
  quarantine_.emplace(patience);
  oracle_.restart();
  sink_.forget();
  broker_.new_life();
  words_.clear();
  answered_.clear();
  old_refs_.clear();
  stopped_ = false;
}

// A process that outlived the topology's speaks of what it was given by that: under a name that
// nobody has any more.
void world::haunt() {
  if (ghosts_.empty()) return;
  const ghost who = ghosts_[below(ghosts_.size())];
  const auto delivery = engine::delivery_ref::of(who.ref);
  if (chance(30)) return heart_->release(who.worker, engine::departure::lost, now_);
  if (chance(30)) {
    const engine::begun since_ever{delivery, 0};
    return heart_->observe(who.worker, {&since_ever, 1}, now_);
  }
  engine::worker_report late;
  late.results.emplace_back().delivery = delivery;
  late.results.back().what = chance(50) ? engine::outcome::succeeded : engine::outcome::failed;
  heart_->report(who.worker, late, now_);
  ++oracle_.late;
}

} // namespace tempest::simulation
