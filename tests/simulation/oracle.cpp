#include "tests/simulation/oracle.hpp"

#include <algorithm>
#include <utility>

namespace tempest::simulation {

void oracle::accept(const original& from, const std::string& refused) {
  if (stopped_) {
    settlements.insert(std::to_string(from.token) + ":return");
    return;
  }
  message& one = messages_[from.token];
  one.from = from;
  if (!refused.empty() || from.deliveries > max_deliveries_) {
    give_up(one, tasks_[0].exhausted, {from.payload, from.key, refused, 0, 0});
    return conclude(from.token);
  }
  if (worn_out(one)) return conclude(from.token);
  debt root;
  root.payload = from.payload;
  root.key = from.key;
  begin(one, root);
  one.owed.push_back(root);
}

// Whether its process ended too often while it was handled alone.
bool oracle::worn_out(message& one) {
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    const auto found = known.find({one.from.id, task});
    if (found == known.end()) continue;
    one.suspected = true;
    if (found->second < tasks_[task].attempts) continue;
    ++counts[task].errors;
    give_up(one, tasks_[task].exhausted,
            {one.from.payload, one.from.key, "its process ended", task, found->second});
    return true;
  }
  return false;
}

void oracle::begin(const message& of, debt& made) {
  const auto found = known.find({of.from.id, made.task});
  if (!of.suspected || found == known.end()) return;
  made.suspect = true;
  made.attempt = std::min(found->second + 1, tasks_[made.task].attempts);
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
    if (one.from.id != id) continue;
    if (one.now != state::running || stopped_) complain("handed out of a message that ended " + id);
    if (one.from.deliveries != deliveries) complain("wrong deliveries of " + id);
    for (debt& owed : one.owed) {
      const bool ready = owed.where == place::waits || owed.perhaps_ready;
      if (!ready || owed.task != task || owed.path != seen.path) continue;
      if (owed.suspect != seen.suspect) continue;
      if (owed.attempt != seen.attempt || owed.payload != seen.payload || owed.key != seen.key) {
        continue;
      }
      owed.where = place::held;
      owed.perhaps_ready = false;
      owed.ref = ref;
      holders_[ref] = {worker, task, token, false};
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
  if (found != holders_.end() && found->second.worker == worker) {
    --counts[found->second.task].inflow;
  }
  std::uint64_t token = 0;
  debt was;
  if (!let_go(worker, ref, token, was)) return;
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
  enter_failure(messages_.at(token), was, false, reason, now);
  conclude(token);
}

void oracle::enter_failure(message& one, debt was, bool final, const std::string& reason,
                           nanoseconds now) {
  const task_plan& plan = tasks_[was.task];
  ++counts[was.task].errors;
  if (one.now != state::running) return;
  if (final || was.attempt >= plan.attempts) {
    return give_up(one, plan.exhausted,
                   {one.from.payload, one.from.key, reason, was.task, was.attempt});
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
  ++was.attempt;
  ++counts[was.task].retries;
  one.owed.push_back(std::move(was));
}

void oracle::give_up(message& one, char action, letter why) {
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
  if (one.now == state::running && one.owed.empty()) return settle(token, ":ack");
  if (any_held(one)) return;
  if (one.now == state::going_back) {
    keep_held(one);
    return settle(token, ":return");
  }
  if (one.now != state::failed) return;
  if (one.action == 'd') {
    one.now = state::letter_out;
    letters[one.from.id] = one.why;
    return;
  }
  if (one.action == 's') stopping = true;
  settle(token, one.action == 'a' ? ":ack" : ":fail");
}

void oracle::settle(std::uint64_t token, const char* how) {
  const message& one = messages_.at(token);
  if (!one.withdrawn) settlements.insert(std::to_string(token) + how);
  if (one.suspected && how != std::string(":return")) {
    std::erase_if(known, [&](const auto& each) { return each.first.first == one.from.id; });
  }
  messages_.erase(token);
}

// With a suspect, it was lost alone.
void oracle::release(std::uint32_t worker, bool lost, nanoseconds now) {
  std::vector<std::uint64_t> refs;
  for (const auto& [ref, held] : holders_) {
    if (held.worker == worker) refs.push_back(ref);
  }
  for (const std::uint64_t ref : refs) {
    if (holders_.at(ref).orphan) {
      holders_.erase(ref);
      continue;
    }
    std::uint64_t token = 0;
    debt was;
    let_go(worker, ref, token, was);
    message& one = messages_.at(token);
    if (lost && was.suspect) {
      enter_failure(one, was, false, "its process ended", now);
    } else {
      was.suspect = was.suspect || lost;
      requeue(one, was);
    }
    conclude(token);
  }
}

void oracle::restart() {
  messages_.clear();
  holders_.clear();
  refs_ever_.clear();
  counts.assign(tasks_.size(), {});
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
  settle(token, written ? ":ack" : ":return");
}

} // namespace tempest::simulation
