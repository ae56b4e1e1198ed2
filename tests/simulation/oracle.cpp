#include "tests/simulation/oracle.hpp"

#include <algorithm>
#include <utility>

namespace simulation {

void oracle::accept(std::uint64_t id, std::uint32_t deliveries, bool refused, std::string payload) {
  if (stopped_) {
    expected_.emplace(id, ending::give_back);
    return;
  }
  open_message& made = messages_[id];
  if (refused || deliveries > rules_.max_deliveries) {
    return fail_for_good(id, rules_.tasks[rules_.root].on_exhausted);
  }
  made.waits.push_back({rules_.root, {}, 1, std::move(payload), false, 0});
}

std::string oracle::take(std::uint64_t id, const waiting& seen) {
  const auto at = messages_.find(id);
  if (at == messages_.end()) return "a delivery of a message that is not open";
  open_message& from = at->second;
  if (from.is != state::running || stopped_) return "a delivery of a message that has failed";
  const auto one = std::find_if(from.waits.begin(), from.waits.end(), [&](const waiting& w) {
    return w.task == seen.task && w.path == seen.path && w.attempt == seen.attempt && !w.in_heap &&
           w.payload == seen.payload;
  });
  if (one == from.waits.end()) return "a delivery that nobody owes (or too early, or altered)";
  from.waits.erase(one);
  ++from.held;
  return {};
}

void oracle::succeed(const held& done, const std::vector<std::string>& outputs) {
  open_message& from = messages_.at(done.message);
  --from.held;
  const auto& children = rules_.tasks[done.what.task].children;
  if (from.is == state::running && !outputs.empty() && !children.empty()) {
    if (stopped_) from.is = state::going_back;
    for (std::uint32_t i = 0; i < outputs.size() && !stopped_; ++i) {
      for (const std::uint32_t child : children) {
        waiting made{child, done.what.path, 1, outputs[i], false, 0};
        made.path.push_back(i);
        from.waits.push_back(std::move(made));
      }
    }
  }
  finish_if_done(done.message);
}

void oracle::skip(const held& done) {
  --messages_.at(done.message).held;
  finish_if_done(done.message);
}

void oracle::fail(const held& done, bool rejected, time_ns now) {
  open_message& from = messages_.at(done.message);
  --from.held;
  const task_rules& rule = rules_.tasks[done.what.task];
  if (from.is == state::running) {
    if (rejected || done.what.attempt >= rule.attempts) {
      return fail_for_good(done.message, rule.on_exhausted);
    }
    if (stopped_) {
      from.is = state::going_back;
    } else {
      waiting again = done.what;
      time_ns delay = rule.backoff;
      for (std::uint32_t i = 1; i < again.attempt; ++i)
        delay = std::min(2 * delay, rule.max_backoff);
      ++again.attempt;
      again.in_heap = true;
      again.due = now + std::min(delay, rule.max_backoff);
      from.waits.push_back(std::move(again));
    }
  }
  finish_if_done(done.message);
}

void oracle::give_back(const held& unbegun) {
  open_message& from = messages_.at(unbegun.message);
  --from.held;
  if (stopped_ && from.is == state::running) from.is = state::going_back;
  if (from.is == state::running) from.waits.push_back(unbegun.what);
  finish_if_done(unbegun.message);
}

void oracle::withdraw(std::uint64_t id) {
  messages_.erase(id);
}

void oracle::tick(time_ns now) {
  for (auto& [id, one] : messages_) {
    for (waiting& w : one.waits) {
      if (w.in_heap && w.due <= now) w.in_heap = false;
    }
  }
}

void oracle::stop() {
  stopped_ = true;
  for (const std::uint64_t id : open_messages()) {
    open_message& one = messages_.at(id);
    if (one.is != state::running || one.waits.empty()) continue;
    one.is = state::going_back;
    one.waits.clear();
    finish_if_done(id);
  }
}

void oracle::letter_done(std::uint64_t id, bool written) {
  const auto at = messages_.find(id);
  if (at == messages_.end() || at->second.is != state::letter) return;
  expected_.emplace(id, written ? ending::ack : ending::give_back);
  messages_.erase(at);
}

void oracle::fail_for_good(std::uint64_t id, action then) {
  open_message& one = messages_.at(id);
  one.is = state::failed;
  one.then = then;
  one.waits.clear();
  finish_if_done(id);
}

void oracle::finish_if_done(std::uint64_t id) {
  open_message& one = messages_.at(id);
  if (one.is == state::running) {
    if (one.held > 0 || !one.waits.empty()) return;
    expected_.emplace(id, ending::ack);
  } else if (one.is == state::going_back) {
    if (one.held > 0) return;
    expected_.emplace(id, ending::give_back);
  } else if (one.is == state::failed) {
    if (one.held > 0) return;
    if (one.then == action::dead_letter) {
      one.is = state::letter;
      expected_.emplace(id, ending::letter);
      return;
    }
    expected_.emplace(id, one.then == action::ack ? ending::ack : ending::fail);
  } else {
    return;
  }
  messages_.erase(id);
}

bool oracle::is_useless(std::uint64_t id) const {
  const auto at = messages_.find(id);
  return stopped_ || at == messages_.end() || at->second.is != state::running;
}

std::size_t oracle::retrying() const {
  return static_cast<std::size_t>(
      std::count_if(messages_.begin(), messages_.end(), [](const auto& entry) {
        const open_message& one = entry.second;
        return one.is == state::running && one.held == 0 && !one.waits.empty() &&
               std::all_of(one.waits.begin(), one.waits.end(),
                           [](const waiting& w) { return w.in_heap; });
      }));
}

std::size_t oracle::queued(std::uint32_t task) const {
  std::size_t count = 0;
  for (const auto& [id, one] : messages_) {
    for (const waiting& w : one.waits) count += w.task == task && !w.in_heap ? 1 : 0;
  }
  return count;
}

std::vector<std::uint64_t> oracle::open_messages() const {
  std::vector<std::uint64_t> ids;
  for (const auto& [id, one] : messages_) ids.push_back(id);
  return ids;
}

} // namespace simulation
