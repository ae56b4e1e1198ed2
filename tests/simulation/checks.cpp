// What must hold after each step.
#include <algorithm>
#include <utility>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {
namespace {

// The longest way from the first task to `task`.
std::size_t depth(const std::vector<task_plan>& tasks, std::uint32_t task) {
  std::size_t most = 0;
  for (std::uint32_t parent = 0; parent < tasks.size(); ++parent) {
    const auto& children = tasks[parent].children;
    if (std::find(children.begin(), children.end(), task) == children.end()) continue;
    most = std::max(most, 1 + depth(tasks, parent));
  }
  return most;
}

} // namespace

void world::expect(bool holds, const std::string& what) {
  if (!holds && oracle_.complaint.empty()) {
    oracle_.complaint = "step " + std::to_string(steps_) + ": " + what;
  }
}

// A worker's bytes are valid until it reports or is gone, whatever became of the message.
void world::check_bytes(const held& one) {
  const tempest_delivery& given = one.given;
  bool same = std::string_view(given.payload.data, given.payload.length) == one.payload;
  same = same && std::string_view(given.id.data, given.id.length) == one.id;
  if (!one.key.empty()) {
    same = same && std::string_view(given.key.data, given.key.length) == one.key;
    same = same && given.header_count == 1;
    same = same && std::string_view(given.headers[0].value.data, one.key.size()) == one.key;
  }
  expect(same, "bytes in a worker's hands changed: " + one.payload);
}

// As many as there are, or the bytes are used up: one more would not have fitted.
void world::check_batch(const std::vector<tempest_delivery>& out, std::size_t most,
                        std::uint64_t bytes) {
  std::uint64_t used = 0;
  for (const tempest_delivery& one : out) used += one.payload.length;
  expect(out.size() <= most && (most == 0 || !out.empty()), "take hands out what waits");
  expect(out.size() <= 1 || used <= bytes, "take minds the bytes");
  const std::uint64_t largest = 64; // of a payload in this world
  expect(out.size() == most || used + largest > bytes, "take hands out what fits");
}

void world::check_outcomes() {
  std::multiset<std::string> said;
  for (const engine::settlement& one : heart_->settlements) {
    const char* how = one.what == TEMPEST_ACK    ? ":ack"
                      : one.what == TEMPEST_FAIL ? ":fail"
                                                 : ":return";
    said.insert(std::to_string(one.token) + how);
    came_back(one.token, one.what);
    fingerprint_ = fingerprint_ * 31 + one.token * 4 + static_cast<unsigned>(one.what);
  }
  heart_->settlements.clear();
  if (said != oracle_.settlements) {
    std::string all = "the engine settled";
    for (const std::string& one : said) all += " " + one;
    all += ", expected";
    for (const std::string& one : oracle_.settlements) all += " " + one;
    expect(false, all);
  }
  oracle_.settlements.clear();

  for (const engine::dead_letter& one : heart_->dead_letters) {
    const auto found = oracle_.letters.find(std::string(one.id));
    if (found == oracle_.letters.end()) {
      expect(false, "a dead letter of a message that has none: " + std::string(one.id));
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
      expect(alone_losses_[std::string(one.id)] > 0, "charged without a loss: " + one.reason);
    }
    const std::uint64_t token = open_.at(std::string(one.id)).token;
    letters_.push_back({one.message, token, one, std::string(one.payload)});
    oracle_.letters.erase(found);
  }
  heart_->dead_letters.clear();
  expect(oracle_.letters.empty(), "a dead letter is missing");
  heart_->incidents.clear();
}

void world::check_counts() {
  expect(heart_->in_flight() == oracle_.live(), "messages in flight");
  expect(heart_->deliveries() == oracle_.debts(), "deliveries known");
  expect(heart_->stats().late_reports == oracle_.late, "late reports change nothing");
  expect(heart_->stop_reason.empty() != oracle_.stopping, "the policy stop asks for the end");
  expect(heart_->retrying() >= oracle_.retrying(false), "messages retrying: too few");
  expect(heart_->retrying() <= oracle_.retrying(true), "messages retrying: too many");
  for (std::uint32_t task = 0; task < plan_.tasks.size(); ++task) {
    const std::string name = " of task " + std::to_string(task);
    for (const bool suspect : {false, true}) {
      const std::size_t wait = suspect ? heart_->suspects(task) : heart_->queued(task);
      const std::string queue = suspect ? "in the suspects' queue" : "in the queue";
      expect(wait >= oracle_.waiting(task, suspect, false), "too few wait " + queue + name);
      expect(wait <= oracle_.waiting(task, suspect, true), "too many wait " + queue + name);
    }
    const engine::task_statistics& said = heart_->stats().tasks[task];
    const task_counts& due = oracle_.counts[task];
    expect(said.inflow == due.inflow, "inflow" + name);
    expect(said.handled == due.handled, "handled" + name);
    expect(said.skipped == due.skipped, "skipped" + name);
    expect(said.outflow == due.outflow, "outflow" + name);
    expect(said.errors == due.errors, "errors" + name);
    expect(said.retries == due.retries, "retries" + name);
  }
}

void world::check_room() {
  const engine::engine_settings& limits = plan_.engine;
  std::size_t room = 0;
  if (oracle_.live() < limits.max_pending) room = limits.max_pending - oracle_.live();
  if (stopped_ || heart_->retrying() >= limits.max_retrying) room = 0;
  if (heart_->bytes() >= limits.max_pending_bytes) room = 0;
  expect(heart_->room() == room, "room for messages");
}

void world::check_service() {
  const bool over = heart_->bytes() >= plan_.engine.max_pending_bytes;
  std::size_t served = 0;
  std::size_t not_empty = 0;
  std::size_t deepest = 0;
  for (std::uint32_t task = 0; task < plan_.tasks.size(); ++task) {
    if (heart_->queued(task) + heart_->suspects(task) == 0) continue;
    ++not_empty;
    deepest = std::max(deepest, depth(plan_.tasks, task));
  }
  for (std::uint32_t task = 0; task < plan_.tasks.size(); ++task) {
    const bool any = heart_->serves(task) || heart_->serves_suspects(task);
    expect(heart_->serves(task) == (any && heart_->queued(task) > 0), "served without work");
    expect(heart_->serves_suspects(task) == (any && heart_->suspects(task) > 0),
           "suspects served without any");
    if (!any) continue;
    ++served;
    expect(!stopped_, "served after the stop");
    expect(!over || depth(plan_.tasks, task) == deepest, "over the limit only the deepest");
  }
  const std::size_t due = stopped_ ? 0 : over ? std::min<std::size_t>(1, not_empty) : not_empty;
  expect(served == due, "queues that are served");
}

void world::check_hands() {
  const hands& worker = workers_[below(workers_.size())];
  for (const held& one : worker.full) {
    check_bytes(one);
    const auto ref = engine::delivery_ref::of(one.given.host_token);
    expect(heart_->cancelled(ref) == oracle_.useless(one.given.host_token), "cancelled");
    expect(heart_->message_id(ref) == oracle_.id_of(one.given.host_token), "the message's id");
  }
}

// What the settlement leaves with the source comes again.
void world::came_back(std::uint64_t token, tempest_outcome what) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const auto& each) { return each.second.token == token; });
  if (found == open_.end()) return;
  if (what == TEMPEST_RETURN || (what == TEMPEST_FAIL && chance(30))) {
    back_with_source_.push_back(found->second);
  }
  open_.erase(found);
}

// While a suspect is in hand, its process has nothing else that anybody awaits.
void world::check_alone(const hands& worker, bool suspect) {
  for (const hands& other : workers_) {
    if (other.process != worker.process) continue;
    for (const held& one : other.full) {
      const std::uint64_t ref = one.given.host_token;
      const bool beside = suspect ? oracle_.awaited(ref) : oracle_.suspected(ref);
      expect(!beside, "a suspect is not alone: " + one.id);
    }
  }
}

void world::check_end() {
  expect(oracle_.live() == 0 && oracle_.debts() == 0, "all comes to an end");
  expect(heart_->in_flight() == 0, "no message is left");
  expect(heart_->deliveries() == 0, "no delivery is left");
  expect(heart_->bytes() == 0, "no bytes are left");
  expect(heart_->retrying() == 0, "nothing retries");
}

} // namespace tempest::simulation
