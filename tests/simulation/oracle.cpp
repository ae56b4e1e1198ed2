#include "tests/simulation/oracle.hpp"

#include <algorithm>
#include <utility>

#include "runtime/engine/handover.hpp"

namespace tempest::simulation {

void oracle::accept(const original& from, const std::string& refused) {
  if (stopped_) {
    settlements[from.token] = ending::returned;
    return;
  }
  message& one = messages_[from.token];
  one.from = from;
  one.failures = from.failures;
  if (!refused.empty() || too_many(from)) {
    give_up(one, tasks_[0].exhausted,
            {from.token, from.payload, from.key, refused, 0, from.failures});
    return conclude(from.token);
  }
  if (worn_out(one)) return conclude(from.token);
  debt root;
  root.payload = from.payload;
  root.key = from.key;
  begin(one, root);
  one.owed.push_back(root);
}

bool oracle::too_many(const original& from) const {
  std::uint64_t allowed = max_deliveries_;
  for (const task_plan& one : tasks_) {
    if (from.failures >= one.attempts) continue;
    allowed = std::uint64_t{max_deliveries_} + from.failures;
  }
  return from.deliveries > allowed;
}

// Whether its process ended too often while it was handled alone.
bool oracle::worn_out(message& one) {
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    const auto found = known.find({one.from.id, task});
    if (found == known.end()) continue;
    one.suspected = true;
    count_failure(one, found->second);
    if (found->second < tasks_[task].attempts) continue;
    ++counts[task].errors;
    give_up(
        one, tasks_[task].exhausted,
        {one.from.token, one.from.payload, one.from.key, "its process ended", task, found->second});
    return true;
  }
  return false;
}

// Every hand-over is good for one attempt.
void oracle::begin(const message& of, debt& made) {
  const std::uint32_t attempts = tasks_[made.task].attempts;
  made.attempt = std::min(of.from.failures + 1, attempts);
  const auto found = known.find({of.from.id, made.task});
  if (!of.suspected || found == known.end()) return;
  made.suspect = true;
  made.attempt = std::min(std::max(made.attempt, found->second + 1), attempts);
}

void oracle::know(const message& one, const debt& was) {
  if (!was.suspect || one.now != state::going_back) return;
  std::uint32_t& most = known[{one.from.id, was.task}];
  most = std::max(most, was.attempt - 1);
}

void oracle::take(std::uint32_t task, std::uint32_t worker, std::uint64_t ref,
                  const std::string& id, std::uint32_t deliveries, const debt& seen) {
  if (!refs_ever_.insert(ref).second) complain("a delivery's name was given twice");
  for (auto& [token, one] : messages_) {
    if (one.from.id != id || one.from.deliveries != deliveries) continue;
    if (one.now != state::running || stopped_) complain("handed out of a message that ended " + id);
    for (debt& owed : one.owed) {
      const bool ready = owed.where == place::waits || owed.perhaps_ready;
      if (!ready || owed.task != task || owed.path != seen.path) continue;
      if (owed.suspect != seen.suspect) continue;
      if (owed.attempt != seen.attempt || owed.payload != seen.payload || owed.key != seen.key) {
        continue;
      }
      owed.where = place::held;
      owed.perhaps_ready = false;
      owed.begun = false;
      owed.ref = ref;
      holders_[ref] = {worker, task, token};
      ++counts[task].inflow;
      return;
    }
  }
  complain("handed out what nobody owes: message " + id + ", task " + std::to_string(task));
}

bool oracle::let_go(std::uint32_t worker, std::uint64_t ref, std::uint64_t& token, debt& was) {
  const auto found = holders_.find(ref);
  if (found == holders_.end() || found->second.worker != worker) {
    ++late;
    return false;
  }
  const holder held = found->second;
  holders_.erase(found);
  if (held.orphan) {
    ++late;
    return false;
  }
  token = held.token;
  std::vector<debt>& owed = messages_.at(token).owed;
  const auto mine = std::find_if(owed.begin(), owed.end(), [&](const debt& one) {
    return one.where == place::held && one.ref == ref;
  });
  was = *mine;
  owed.erase(mine);
  return true;
}

void oracle::succeed(std::uint32_t worker, std::uint64_t ref, const std::vector<emitted>& outputs) {
  std::uint64_t token = 0;
  debt was;
  if (!let_go(worker, ref, token, was)) return;
  message& one = messages_.at(token);
  ++counts[was.task].handled;
  counts[was.task].outflow += outputs.size();
  const bool continues = !outputs.empty() && !tasks_[was.task].children.empty();
  if (one.now == state::running && continues && stopped_) one.now = state::going_back;
  if (one.now == state::running && continues) {
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
      for (const std::uint32_t child : tasks_[was.task].children) {
        debt next;
        next.task = child;
        next.path = was.path;
        next.path.push_back(i);
        next.payload = outputs[i].payload;
        next.key = outputs[i].key;
        begin(one, next);
        one.owed.push_back(next);
      }
    }
  }
  conclude(token);
}

void oracle::skip(std::uint32_t worker, std::uint64_t ref) {
  std::uint64_t token = 0;
  debt was;
  if (!let_go(worker, ref, token, was)) return;
  ++counts[was.task].skipped;
  conclude(token);
}

void oracle::give_back(std::uint32_t worker, std::uint64_t ref) {
  const auto found = holders_.find(ref);
  if (found != holders_.end() && found->second.worker == worker && !found->second.uncounted) {
    --counts[found->second.task].inflow;
  }
  std::uint64_t token = 0;
  debt was;
  if (!let_go(worker, ref, token, was)) return;
  requeue(messages_.at(token), was);
  conclude(token);
}

void oracle::take_away(std::uint32_t worker, std::uint64_t ref) {
  if (!awaited(ref) || holders_.at(ref).worker != worker) return;
  holder held = holders_.at(ref);
  --counts[held.task].inflow;
  std::uint64_t token = 0;
  debt was;
  let_go(worker, ref, token, was);
  held.orphan = held.uncounted = true;
  holders_[ref] = held;
  was.unheard = 0;
  requeue(messages_.at(token), was);
  conclude(token);
}

void oracle::requeue(message& one, debt was) {
  if (one.now == state::running && stopped_) one.now = state::going_back;
  if (one.now != state::running) return know(one, was);
  was.where = place::waits;
  one.owed.push_back(std::move(was));
}

void oracle::fail(std::uint32_t worker, std::uint64_t ref, bool rejected, const std::string& reason,
                  nanoseconds now) {
  std::uint64_t token = 0;
  debt was;
  if (!let_go(worker, ref, token, was)) return;
  was.suspect = false;
  was.unheard = 0;
  enter_failure(messages_.at(token), was, rejected, reason, now);
  conclude(token);
}

void oracle::time_out(std::uint32_t worker, std::uint64_t ref, const std::string& reason,
                      nanoseconds now) {
  const auto found = holders_.find(ref);
  if (found == holders_.end() || found->second.worker != worker || found->second.orphan) return;
  const holder held = found->second;
  std::uint64_t token = 0;
  debt was;
  let_go(worker, ref, token, was);
  holders_[ref] = held;
  holders_[ref].orphan = true;
  was.suspect = false;
  was.unheard = 0;
  enter_failure(messages_.at(token), was, false, reason, now);
  conclude(token);
}

void oracle::begin_alone(std::uint64_t ref) {
  for (auto& [token, one] : messages_) {
    for (debt& owed : one.owed) {
      if (owed.where == place::held && owed.ref == ref) owed.begun = true;
    }
  }
}

// With a suspect that was begun, it was lost alone.
void oracle::release(std::uint32_t worker, bool lost, nanoseconds now) {
  std::vector<std::uint64_t> refs;
  for (const auto& [ref, held] : holders_) {
    if (held.worker == worker) refs.push_back(ref);
  }
  // In the order of their slots: two hand-overs of one message may be among them.
  std::sort(refs.begin(), refs.end(), [](std::uint64_t one, std::uint64_t other) {
    return static_cast<std::uint32_t>(one) < static_cast<std::uint32_t>(other);
  });
  for (const std::uint64_t ref : refs) {
    if (holders_.at(ref).orphan) {
      holders_.erase(ref);
      continue;
    }
    std::uint64_t token = 0;
    debt was;
    let_go(worker, ref, token, was);
    message& one = messages_.at(token);
    if (lost && was.suspect && (was.begun || ++was.unheard == engine::most_unheard)) {
      was.unheard = 0;
      enter_failure(one, was, false, "its process ended", now);
    } else {
      was.suspect = was.suspect || lost;
      requeue(one, was);
    }
    conclude(token);
  }
}

} // namespace tempest::simulation
