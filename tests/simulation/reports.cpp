// What workers report, and what they only pretend to.
#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {
namespace {

constexpr std::size_t crowded = 150; // debts: beyond, tasks emit nothing

} // namespace

void world::report(hands& worker, bool everything) {
  engine::worker_report made;
  std::shuffle(worker.full.begin(), worker.full.end(), dice_);
  const std::size_t count = everything ? worker.full.size() : below(worker.full.size() + 1);
  bool killed = false;
  for (std::size_t i = 0; i < count && !killed; ++i) {
    killed = kills(worker, worker.full.back());
    if (killed) {
      begin(worker, worker.full.back());
      break;
    }
    add_result(worker, worker.full.size() - 1, made);
    check_bytes(worker.full.back());
    old_refs_.push_back(worker.full.back().given.host_token);
    worker.full.pop_back();
    if (!calm_ && chance(5)) { // the same once more
      made.results.push_back(made.results.back());
      ++oracle_.late;
    }
  }
  if (!calm_ && chance(20)) forge(worker, made);
  if (worker.over) {
    for (const engine::worker_report& part : worker.over->report(made, dice_)) {
      heart_->report(worker.id, part, now_);
    }
  } else {
    heart_->report(worker.id, made, now_);
  }
  while (old_refs_.size() > 200) old_refs_.pop_front();
  if (killed) lose(worker.process, true);
}

void world::add_result(hands& worker, std::size_t index, engine::worker_report& made) {
  const held& one = worker.full[index];
  const std::uint64_t ref = one.given.host_token;
  engine::result done;
  done.delivery = engine::delivery_ref::of(ref);
  const std::string reason = "reason " + std::to_string(next_text_++);
  done.reason_start = static_cast<std::uint32_t>(made.reasons.size());
  done.reason_length = static_cast<std::uint32_t>(reason.size());
  made.reasons += reason;
  const std::uint64_t luck = calm_ ? 99 : below(100);
  if (luck < 8) {
    done.what = engine::outcome::skipped;
    oracle_.skip(worker.id, ref);
  } else if (luck < 14 && !one.begun) {
    done.what = engine::outcome::returned;
    oracle_.give_back(worker.id, ref);
  } else if (luck < 30) {
    done.what = engine::outcome::failed;
    oracle_.fail(worker.id, ref, false, reason, now_);
  } else if (luck < 33) {
    done.what = engine::outcome::rejected;
    oracle_.fail(worker.id, ref, true, reason, now_);
  } else {
    done.what = engine::outcome::succeeded;
    add_success(worker, one, made, done);
  }
  made.results.push_back(done);
}

void world::add_success(const hands& worker, const held& one, engine::worker_report& made,
                        engine::result& done) {
  std::vector<emitted> outputs(oracle_.debts() > crowded ? 0 : below(4));
  done.first_output = static_cast<std::uint32_t>(made.outputs.size());
  done.output_count = static_cast<std::uint32_t>(outputs.size());
  const bool leaf = plan_.oracle.tasks[worker.task].children.empty();
  for (emitted& each : outputs) {
    engine::output added;
    added.forwards = chance(30);
    each.payload = added.forwards ? one.payload : "out-" + std::to_string(next_text_++);
    each.key = one.key;
    const std::string own_key = chance(30) ? "key-" + std::to_string(next_text_++) : "";
    if (!own_key.empty()) each.key = own_key;
    if (leaf) continue;
    const placed bytes = place(each.payload, "", own_key);
    if (!added.forwards) added.payload = bytes.payload;
    added.meta = bytes.meta;
    added.home = bytes.home.get();
    made.outputs.push_back(added);
    made.chunks.push_back(bytes.home);
  }
  oracle_.succeed(worker.id, one.given.host_token, outputs);
}

// Somebody else's delivery, one of long ago, or one that never was.
void world::forge(const hands& worker, engine::worker_report& made) {
  engine::result lie;
  lie.what = chance(50) ? engine::outcome::succeeded : engine::outcome::failed;
  const hands& other = workers_[below(workers_.size())];
  if (&other != &worker && !other.full.empty()) {
    lie.delivery = engine::delivery_ref::of(other.full.front().given.host_token);
  } else if (!old_refs_.empty() && chance(80)) {
    lie.delivery = engine::delivery_ref::of(old_refs_[below(old_refs_.size())]);
  } else {
    lie.delivery = engine::delivery_ref::of(dice_());
  }
  made.results.push_back(lie);
  ++oracle_.late;
}

} // namespace tempest::simulation
