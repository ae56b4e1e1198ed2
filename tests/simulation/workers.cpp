// The workers' side: what they take, begin and hold, and how they are lost.
#include <algorithm>
#include <limits>
#include <utility>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {

// Each process that is to have one is given one.
void world::take_suspects() {
  if (!quarantine_->wanted(*heart_)) return;
  std::vector<engine::quarantine::process> all;
  std::vector<std::vector<hands*>> who;
  for (hands& one : workers_) {
    std::size_t at = 0;
    while (at < all.size() && all[at].id != one.process) ++at;
    if (at == all.size()) {
      all.push_back({one.process, {}});
      who.emplace_back();
    }
    all[at].places.push_back({one.id, one.task, one.full.size()});
    who[at].push_back(&one);
  }
  quarantine_->plan(*heart_, all, now_, [&](std::uint64_t process, std::size_t position) {
    std::size_t at = 0;
    while (all[at].id != process) ++at;
    return take_suspect(*who[at][position]);
  });
}

std::optional<engine::delivery_ref> world::take_suspect(hands& worker) {
  std::vector<tempest_delivery> out;
  if (!heart_->take_suspect(worker.task, worker.id, out)) return std::nullopt;
  check_alone(worker, true);
  session::arrived arrived;
  if (worker.over) arrived = worker.over->deliver(out, dice_);
  receive(worker, worker.over ? arrived.deliveries.front() : out.front(), arrived.keep, true);
  return engine::delivery_ref::of(out.front().host_token);
}

void world::take(hands& worker) {
  take_suspects();
  if (!quarantine_->open(worker.process)) return;
  const std::size_t queued = heart_->queued(worker.task);
  const std::size_t most = 1 + below(5);
  const bool serves = heart_->serves(worker.task);
  const std::uint64_t bytes = chance(50) ? below(150) : std::numeric_limits<std::uint64_t>::max();
  std::vector<tempest_delivery> out;
  const std::size_t count = heart_->take(worker.task, worker.id, most, out, bytes);
  expect(count == out.size(), "take returns what it appends");
  check_batch(out, serves ? std::min(queued, most) : 0, bytes);
  session::arrived arrived;
  if (worker.over) arrived = worker.over->deliver(out, dice_);
  if (!out.empty()) check_alone(worker, false);
  for (const tempest_delivery& given : worker.over ? arrived.deliveries : out) {
    receive(worker, given, arrived.keep, false);
  }
}

void world::receive(hands& worker, const tempest_delivery& given,
                    const std::vector<base::chunk_ref>& keep, bool suspect) {
  held one{given,
           {given.id.data, given.id.length},
           {given.payload.data, given.payload.length},
           {},
           keep,
           suspect,
           false,
           false,
           now_};
  if (given.key.data != nullptr) one.key = {given.key.data, given.key.length};
  debt seen;
  seen.path.assign(given.path, given.path + given.path_length);
  seen.payload = one.payload;
  seen.key = one.key;
  seen.attempt = given.attempt;
  seen.suspect = suspect;
  oracle_.take(worker.task, worker.id, given.host_token, one.id, given.deliveries, seen);
  fingerprint_ = fingerprint_ * 31 + given.host_token;
  worker.full.push_back(std::move(one));
}

void world::begin_some(hands& worker) {
  for (held& one : worker.full) {
    if (chance(50)) continue;
    begin(worker, one);
    one.since = now_;
    if (kills(worker, one)) return lose(worker.process, true);
  }
}

// The engine hears of a suspect before it is begun.
void world::begin(const hands& worker, held& one) {
  if (std::exchange(one.begun, true) || !one.alone) return;
  const engine::begun now{engine::delivery_ref::of(one.given.host_token), now_};
  heart_->observe(worker.id, {&now, 1}, now_);
  oracle_.begin_alone(one.given.host_token);
}

bool world::kills(const hands& worker, const held& one) const {
  const auto found = poison_.find(one.id);
  return found != poison_.end() && found->second == worker.task;
}

void world::observe(hands& worker) {
  std::vector<engine::begun> running;
  for (const held& one : worker.full) {
    if (!one.begun) continue;
    running.push_back({engine::delivery_ref::of(one.given.host_token), one.since});
    if (now_ - one.since <= plan_.engine.msg_timeout) continue;
    oracle_.time_out(worker.id, one.given.host_token, "timed out", now_);
  }
  if (!old_refs_.empty()) {
    running.push_back({engine::delivery_ref::of(old_refs_[below(old_refs_.size())]), 0});
  }
  heart_->observe(worker.id, running, now_);
}

// Some of what it has is taken from it: begun, or to be done by others. It may still speak of it.
void world::hang(const hands& worker) {
  engine::worker_report taken;
  taken.reasons = "its handler hangs";
  for (const held& one : worker.full) {
    if (chance(50)) continue;
    engine::result& made = taken.results.emplace_back();
    made.delivery = engine::delivery_ref::of(one.given.host_token);
    made.reason_length = static_cast<std::uint32_t>(taken.reasons.size());
    made.what = chance(50) ? engine::outcome::timed_out : engine::outcome::returned;
    if (made.what == engine::outcome::timed_out) {
      oracle_.time_out(worker.id, one.given.host_token, taken.reasons, now_);
    } else {
      oracle_.take_away(worker.id, one.given.host_token);
    }
  }
  if (!old_refs_.empty()) {
    taken.results.emplace_back().delivery = engine::delivery_ref::of(old_refs_.back());
  }
  heart_->take_away(worker.id, taken, now_);
}

void world::lose(std::uint64_t process, bool lost) {
  if (lost && plan_.standalone) return restart_topology();
  const std::uint64_t next = next_process_++;
  for (hands& worker : workers_) {
    if (worker.process != process) continue;
    lose(worker, lost);
    worker.process = next;
  }
}

void world::lose(hands& worker, bool lost) {
  for (const held& one : worker.full) {
    check_bytes(one);
    if (lost && one.begun && oracle_.suspected(one.given.host_token)) ++alone_losses_[one.id];
    old_refs_.push_back(one.given.host_token);
  }
  worker.full.clear();
  oracle_.release(worker.id, lost, now_);
  heart_->release(worker.id, lost ? engine::departure::lost : engine::departure::orderly, now_);
  worker.id = next_worker_++;
  if (worker.over) worker.over = std::make_unique<session>(pool_);
}

} // namespace tempest::simulation
