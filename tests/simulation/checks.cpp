// What must hold after each step.
#include <algorithm>
#include <utility>

#include "runtime/engine/metadata.hpp"
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
  for (const tempest_delivery& one : out) used += engine::message_bytes(one);
  expect(out.size() <= most && (most == 0 || !out.empty()), "take hands out what waits");
  expect(out.size() <= 1 || used <= bytes, "take minds the bytes");
  const std::uint64_t largest =
      64 + 3 * 24; // in this world: a payload, and a key that is a header too
  expect(out.size() == most || used + largest > bytes, "take hands out what fits");
}

void world::check_counts() {
  expect(heart_->in_flight() == oracle_.live(), "messages in flight");
  expect(heart_->deliveries() == oracle_.debts(), "deliveries known");
  expect(heart_->stats().late_reports == oracle_.late, "late reports change nothing");
  expect(heart_->left_any() != oracle_.left.empty(), "messages were left to their source");
  expect(heart_->stop_reason.empty() != oracle_.stopping, "the policy stop asks for the end");
  expect(heart_->retrying() >= oracle_.retrying(false), "messages retrying: too few");
  expect(heart_->retrying() <= oracle_.retrying(true), "messages retrying: too many");
  for (std::uint32_t task = 0; task < plan_.oracle.tasks.size(); ++task) {
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
  for (std::uint32_t task = 0; task < plan_.oracle.tasks.size(); ++task) {
    if (heart_->queued(task) + heart_->suspects(task) == 0) continue;
    ++not_empty;
    deepest = std::max(deepest, depth(plan_.oracle.tasks, task));
  }
  for (std::uint32_t task = 0; task < plan_.oracle.tasks.size(); ++task) {
    const bool any = heart_->serves(task) || heart_->serves_suspects(task);
    expect(heart_->serves(task) == (any && heart_->queued(task) > 0), "served without work");
    expect(heart_->serves_suspects(task) == (any && heart_->suspects(task) > 0),
           "suspects served without any");
    if (!any) continue;
    ++served;
    expect(!stopped_, "served after the stop");
    expect(!over || depth(plan_.oracle.tasks, task) == deepest, "over the limit only the deepest");
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

// Each worker is told once of what became useless in its hands.
void world::check_called_off() {
  const bool any = std::exchange(heart_->cancellations, false);
  std::vector<engine::held_delivery> said;
  heart_->called_off(said);
  for (hands& worker : workers_) {
    for (held& one : worker.full) {
      const std::uint64_t ref = one.given.host_token;
      const std::size_t now = std::erase_if(said, [&](const engine::held_delivery& off) {
        return off.worker == worker.id && off.delivery.token() == ref;
      });
      expect(now == (oracle_.useless(ref) && !one.called_off ? 1 : 0), "what is called off");
      expect(now == 0 || any || !oracle_.awaited(ref), "that something is called off is said");
      one.called_off |= now > 0;
    }
  }
  expect(said.empty(), "called off is what nobody holds");
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

} // namespace tempest::simulation
