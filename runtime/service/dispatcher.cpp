#include "runtime/service/dispatcher.hpp"

#include <algorithm>
#include <unordered_set>

#include "runtime/base/plugin_text.hpp"
#include "runtime/engine/metadata.hpp"

namespace tempest::service {

void delivery_queue::take(std::size_t count, std::vector<tempest_delivery>& out) {
  const auto from = rows_.begin() + static_cast<std::ptrdiff_t>(first_);
  out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(count));
  first_ += count;
  if (2 * first_ < rows_.size()) return;
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

void delivery_queue::erase_if(const std::function<bool(const tempest_delivery&)>& gone) {
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  std::erase_if(rows_, gone);
}

void dispatcher::deliver(session_id from, const wire::deliver& said) {
  for (const tempest_delivery& one : said.deliveries) {
    const std::uint32_t index = slots_.get();
    slot& made = slots_[index];
    made.where = place::queue;
    made.wanted = true;
    made.cancelled = false;
    made.late = made.given_up = false;
    made.task = said.task;
    made.attempt = one.attempt;
    made.session = from;
    made.token = one.host_token;
    made.id = one.id;
    made.bytes = engine::message_bytes(one);
    made.frame = base::chunk_ref(said.frame);
    if (one.header_count > 0) made.headers = base::chunk_ref(said.headers);
    tempest_delivery named = one;
    named.host_token = engine::delivery_ref{index, made.generation}.token();
    (said.alone ? alone_ : queues_)[said.task].push(named);
  }
}

bool dispatcher::workers_have_something() const {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const slot& one = slots_[i];
    if (one.where == place::worker && !one.late && !one.given_up) return true;
  }
  return false;
}

std::size_t dispatcher::awaited() const {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const slot& one = slots_[i];
    if (one.where != place::nowhere && one.wanted && !one.cancelled && !one.late) ++count;
  }
  return count;
}

void dispatcher::give_up_what_nobody_waits_for() {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    slot& one = slots_[i];
    one.given_up = one.where == place::worker && (one.cancelled || !one.wanted);
  }
}

std::optional<dispatcher::session_id> dispatcher::announce_alone(engine::time_ns now) {
  if (lone_) return std::nullopt;
  const auto next = std::find_if(alone_.begin(), alone_.end(),
                                 [](const delivery_queue& one) { return one.size() > 0; });
  closed_ = next != alone_.end() && alone_since_.value_or(now) <= now;
  if (next == alone_.end()) {
    alone_since_.reset();
    return std::nullopt;
  }
  if (!alone_since_) alone_since_ = now;
  if (now - *alone_since_ >= msg_timeout_) give_up_what_nobody_waits_for();
  if (workers_have_something()) {
    if (now - *alone_since_ < msg_timeout_) return std::nullopt;
    alone_since_ = now + msg_timeout_;
    closed_ = false;
    return std::nullopt;
  }
  alone_since_.reset();
  closed_ = false; // it closes by itself
  const auto which = engine::delivery_ref::of(next->front().host_token);
  lone_ = {which, static_cast<std::uint32_t>(next - alone_.begin()), false};
  return slots_[which.slot].session;
}

void dispatcher::forget_lone(engine::delivery_ref which) {
  if (lone_ && lone_->which == which) lone_.reset();
}

void dispatcher::begin_alone() {
  if (lone_) lone_->known = true;
}

std::size_t dispatcher::queued(std::uint32_t task) const {
  if (!lone_) return closed_ ? 0 : queues_[task].size();
  const bool is_next =
      lone_->known && lone_->task == task && slots_[lone_->which.slot].where == place::queue;
  return is_next ? 1 : 0;
}

std::size_t dispatcher::take(std::uint32_t task, std::size_t max,
                             std::vector<tempest_delivery>& out) {
  const std::size_t count = std::min(max, queued(task));
  (lone_ ? alone_ : queues_)[task].take(count, out);
  for (const tempest_delivery& one : std::span(out).last(count)) {
    slots_[engine::delivery_ref::of(one.host_token).slot].where = place::worker;
  }
  return count;
}

const dispatcher::slot* dispatcher::find(engine::delivery_ref delivery) const {
  if (delivery.slot >= slots_.size()) return nullptr;
  const slot& one = slots_[delivery.slot];
  return one.where != place::nowhere && one.generation == delivery.generation ? &one : nullptr;
}

dispatcher::slot* dispatcher::find(engine::delivery_ref delivery) {
  return const_cast<slot*>(std::as_const(*this).find(delivery));
}

void dispatcher::release(std::uint32_t index) {
  slot& one = slots_[index];
  forget_lone({index, one.generation});
  ++one.generation;
  one.where = place::nowhere;
  one.frame.reset();
  one.headers.reset();
  slots_.put(index);
}

// What of the queues nobody is to begin goes back.
void dispatcher::give_back(const std::function<bool(const slot&)>& useless, const reporter& back) {
  engine::worker_report returned;
  const auto goes_back = [&](const tempest_delivery& one) {
    const auto name = engine::delivery_ref::of(one.host_token);
    if (!useless(slots_[name.slot])) return false;
    engine::result& result = returned.results.emplace_back();
    result.delivery = name;
    result.what = engine::outcome::returned;
    return true;
  };
  for (std::uint32_t task = 0; task < queues_.size(); ++task) {
    queues_[task].erase_if(goes_back);
    alone_[task].erase_if(goes_back);
    if (!returned.results.empty()) report(task, returned, back);
  }
}

void dispatcher::give_back_task(std::uint32_t task, const reporter& back) {
  if (queues_[task].size() + alone_[task].size() == 0) return;
  give_back([task](const slot& one) { return one.task == task; }, back);
}

void dispatcher::give_back_all(const reporter& back) {
  give_back([](const slot&) { return true; }, back);
}

bool dispatcher::cancel(session_id from, std::span<const std::uint64_t> tokens,
                        const reporter& back) {
  const std::unordered_set<std::uint64_t> named(tokens.begin(), tokens.end());
  const auto meant = [&](const slot& one) {
    return one.session == from && named.contains(one.token);
  };
  give_back(meant, back);
  bool with_workers = false;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    slot& one = slots_[i];
    if (one.where != place::worker || !meant(one)) continue;
    one.cancelled = true;
    with_workers = true;
    forget_lone({i, one.generation});
  }
  return with_workers;
}

bool dispatcher::forget(session_id gone) {
  bool with_workers = false;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    slot& one = slots_[i];
    if (one.where == place::nowhere || one.session != gone) continue;
    one.wanted = false;
    if (one.where != place::worker) continue;
    with_workers = true;
    forget_lone({i, one.generation});
  }
  give_back([](const slot& one) { return !one.wanted; }, {});
  return with_workers;
}

void dispatcher::begun(session_id of, std::span<const engine::begun> running, engine::time_ns now,
                       std::vector<wire::begun>& out) {
  if (lone_) {
    const slot& next = slots_[lone_->which.slot];
    if (next.where == place::queue && next.session == of) out.push_back({next.token, next.task, 0});
  }
  for (const engine::begun& each : running) {
    slot* const one = find(each.delivery);
    if (one == nullptr || !one->wanted || one->session != of) continue;
    const engine::time_ns age_ms = std::max<engine::time_ns>(0, now - each.since) / 1'000'000;
    out.push_back({one->token, one->task,
                   static_cast<std::uint32_t>(std::min<engine::time_ns>(age_ms, UINT32_MAX))});
    if (one->late || age_ms * 1'000'000 < msg_timeout_) continue; // it is older once it is heard
    count(*one, engine::outcome::timed_out, 0);
    one->late = true;
    forget_lone(each.delivery);
  }
}

bool dispatcher::useless(engine::delivery_ref delivery) const {
  const slot* const one = find(delivery);
  return one != nullptr && (one->cancelled || !one->wanted);
}

std::string_view dispatcher::message_id(engine::delivery_ref delivery) const {
  const slot* const one = find(delivery);
  return one == nullptr ? std::string_view{} : base::view(one->id);
}

void dispatcher::count(const slot& of, engine::outcome what, std::uint32_t outputs) {
  using engine::outcome;
  if (of.late || what == outcome::returned) return;
  engine::task_statistics& stats = stats_[of.task];
  ++stats.inflow;
  if (of.attempt > 1) ++stats.retries;
  if (what == outcome::succeeded) ++stats.handled;
  if (what == outcome::skipped) ++stats.skipped;
  if (what == outcome::rejected) ++stats.rejected;
  if (what == outcome::timed_out) ++stats.timed_out;
  const bool ended_badly =
      what == outcome::failed || what == outcome::rejected || what == outcome::timed_out;
  if (ended_badly) ++stats.errors;
  stats.outflow += outputs;
}

// Under the name that its session knows.
void dispatcher::answer_to(const slot& from, engine::result one) {
  count(from, one.what, one.output_count);
  if (!from.wanted) return;
  one.delivery = engine::delivery_ref::of(from.token);
  answers_.push_back({from.session, from.bytes, one});
}

void dispatcher::report(std::uint32_t task, engine::worker_report& done, const reporter& back) {
  answers_.clear();
  for (const engine::result& one : done.results) {
    const slot* const from = find(one.delivery);
    if (from == nullptr) continue;
    if (from->where == place::taken) {
      --taken_;
    } else {
      answer_to(*from, one);
    }
    release(one.delivery.slot);
  }
  send_answers(task, done, back);
}

void dispatcher::take_away(std::uint32_t task, engine::worker_report& done, const reporter& back) {
  answers_.clear();
  for (const engine::result& one : done.results) {
    slot* const from = find(one.delivery);
    if (from == nullptr || from->where != place::worker) continue;
    answer_to(*from, one);
    from->where = place::taken;
    forget_lone(one.delivery);
    from->wanted = false;
    ++taken_;
  }
  send_answers(task, done, back);
}

void dispatcher::let_go(std::span<const engine::delivery_ref> taken) {
  for (const engine::delivery_ref one : taken) {
    const slot* const from = find(one);
    if (from == nullptr || from->where != place::taken) continue;
    --taken_;
    release(one.slot);
  }
}

void dispatcher::send_answers(std::uint32_t task, engine::worker_report& done,
                              const reporter& back) {
  while (!answers_.empty()) {
    const session_id session = answers_.front().session;
    std::uint64_t bytes = 0;
    done.results.clear();
    std::erase_if(answers_, [&](const answer& one) {
      if (one.session != session) return false;
      bytes += one.bytes;
      done.results.push_back(one.result);
      return true;
    });
    back(session, task, done, bytes);
  }
  done.clear();
}

} // namespace tempest::service
