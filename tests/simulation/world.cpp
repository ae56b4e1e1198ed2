#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "runtime/engine/message_hash.hpp"

namespace tempest::simulation {
namespace {

constexpr engine::time_ns ms = 1'000'000;
constexpr engine::time_ns patience = 20 * ms;
constexpr engine::last_action actions[] = {engine::last_action::dead_letter,
                                           engine::last_action::leave, engine::last_action::ack,
                                           engine::last_action::stop};

} // namespace

// Each task but the first gets parents among those before it, so the graph has no cycle.
world::plan world::make_plan(std::mt19937_64& dice) {
  const auto below = [&](std::uint64_t limit) { return dice() % limit; };
  plan made;
  const std::size_t count = 1 + below(6);
  made.engine.tasks.resize(count);
  made.tasks.resize(count);
  const double jitter = below(2) == 0 ? 0.0 : 1.0;
  for (std::uint32_t task = 0; task < count; ++task) {
    auto& policy = made.engine.tasks[task].policy;
    const std::size_t action = below(4);
    policy.attempts = 1 + static_cast<std::uint32_t>(below(4));
    policy.backoff = static_cast<engine::time_ns>(below(20)) * ms;
    policy.max_backoff = policy.backoff * 3;
    policy.jitter = jitter;
    policy.on_exhausted = actions[action];
    if (task > 0) made.engine.tasks[below(task)].children.push_back(task);
    if (task > 1 && below(2) == 0) {
      auto& children = made.engine.tasks[below(task)].children;
      if (std::count(children.begin(), children.end(), task) == 0) children.push_back(task);
    }
    made.tasks[task] = {{},     policy.attempts, policy.backoff, policy.max_backoff,
                        jitter, "dlas"[action]};
  }
  for (std::size_t i = 0; i < count; ++i) made.tasks[i].children = made.engine.tasks[i].children;
  made.engine.max_pending = 1 + below(24);
  made.engine.max_pending_bytes = below(2) == 0 ? 1 + below(3000) : 1 + below(400'000);
  made.engine.max_retrying = 1 + below(8);
  made.engine.max_deliveries = 5;
  made.engine.msg_timeout = static_cast<engine::time_ns>(1 + below(30)) * ms;
  made.engine.seed = dice();
  return made;
}

world::world(std::uint64_t seed)
    : dice_(seed),
      plan_(make_plan(dice_)),
      heart_(std::make_unique<engine::engine>(plan_.engine)),
      quarantine_(patience),
      oracle_(plan_.tasks, plan_.engine.max_deliveries) {
  const std::size_t count = plan_.tasks.size() + below(6);
  for (std::size_t i = 0; i < count; ++i) {
    hands& made = workers_.emplace_back();
    made.id = next_worker_++;
    made.task = static_cast<std::uint32_t>(i % plan_.tasks.size());
    made.process = i == 0 || chance(50) ? next_process_++ : workers_[below(i)].process;
    if (chance(40)) made.over = std::make_unique<session>(pool_);
  }
}

world::placed world::place(const std::string& payload, const std::string& id,
                           const std::string& key) {
  const std::size_t meta = key.empty() ? 0 : sizeof(engine::metadata) + sizeof(tempest_header);
  const std::size_t bytes = meta + key.size() + payload.size() + id.size();
  placed made;
  char* at = nullptr;
  if (chance(50)) {
    at = writer_.reserve(bytes);
    made.home = base::chunk_ref(writer_.current());
  } else {
    made.home = pool_.get(bytes, true);
    at = made.home.get()->bytes();
  }
  char* text = at + meta;
  const auto put = [&](const std::string& from) {
    std::memcpy(text, from.data(), from.size());
    text += from.size();
    return std::string_view(text - from.size(), from.size());
  };
  made.payload = put(payload);
  made.id = put(id);
  if (key.empty()) return made;
  const std::string_view stored = put(key);
  auto* described = new (at) engine::metadata;
  auto* header = new (at + sizeof(engine::metadata)) tempest_header;
  described->key = {stored.data(), stored.size()};
  *header = {described->key, described->key};
  described->headers = header;
  described->header_count = 1;
  made.meta = described;
  return made;
}

void world::run(std::uint64_t steps) {
  for (; steps_ < steps && complaint().empty(); ++steps_) step();
  if (complaint().empty()) drain();
}

void world::step() {
  hands& worker = workers_[below(workers_.size())];
  switch (below(20)) {
    case 0:
    case 1:
    case 2:
      accept();
      break;
    case 3:
    case 4:
    case 5:
    case 6:
      take(worker);
      break;
    case 7:
      begin_some(worker);
      break;
    case 8:
      observe(worker);
      break;
    case 9:
      if (chance(30)) lose(worker.process, chance(60));
      break;
    case 10:
      if (chance(20)) withdraw();
      break;
    case 11:
    case 12:
      pass_time();
      break;
    case 13:
      repeat_old_answer();
      if (!letters_.empty()) answer_letter(below(letters_.size()), chance(80));
      break;
    case 14:
      if (stopped_ ? chance(20) : chance(3)) stop_or_resume();
      if (chance(2)) restart_topology();
      break;
    default:
      report(worker, false);
  }
  check_outcomes();
  check_counts();
  check_room();
  check_service();
  check_hands();
}

void world::accept() {
  if (heart_->room() == 0 && !chance(10)) return;
  engine::incoming_batch batch;
  const std::uint64_t count = 1 + below(3);
  for (std::uint64_t i = 0; i < count; ++i) {
    const original from = next_message();
    const char* refused = chance(3) ? "too large" : nullptr;
    const placed made = place(from.payload, from.id, from.key);
    engine::incoming one;
    one.token = from.token;
    one.id = made.id;
    one.payload = made.payload;
    one.meta = made.meta;
    one.home = made.home.get();
    one.deliveries = from.deliveries;
    one.refused = refused;
    batch.messages.push_back(one);
    batch.chunks.push_back(made.home);
    open_[from.id] = from;
    oracle_.accept(from, refused != nullptr ? refused : "");
  }
  heart_->accept(batch, now_);
}

// A new one, or one that went back.
original world::next_message() {
  original from;
  if (!back_with_source_.empty() && chance(50)) {
    from = back_with_source_.back();
    back_with_source_.pop_back();
    from.token = next_token_++;
    return from;
  }
  from.token = next_token_++;
  from.id = "id-" + std::to_string(from.token);
  from.payload = "in-" + std::to_string(next_text_++) + std::string(below(40), '.');
  if (chance(40)) from.key = "key-" + std::to_string(next_text_++);
  from.deliveries = 1 + static_cast<std::uint32_t>(chance(10) ? below(8) : 0);
  if (chance(4)) poison_[from.id] = static_cast<std::uint32_t>(below(plan_.tasks.size()));
  return from;
}

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
    if (kills(worker, one)) return lose(worker.process, true);
    one.begun = true;
    one.since = now_;
  }
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

void world::lose(std::uint64_t process, bool lost) {
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
    if (lost && oracle_.suspected(one.given.host_token)) ++alone_losses_[one.id];
    old_refs_.push_back(one.given.host_token);
  }
  worker.full.clear();
  oracle_.release(worker.id, lost, now_);
  heart_->release(worker.id, lost ? engine::departure::lost : engine::departure::orderly, now_);
  worker.id = next_worker_++;
  if (worker.over) worker.over = std::make_unique<session>(pool_);
}

void world::withdraw() {
  std::vector<std::uint64_t> tokens;
  for (std::uint64_t i = 0; i < 1 + below(3); ++i) {
    const std::uint64_t back = std::min<std::uint64_t>(next_token_, 1 + below(40));
    tokens.push_back(next_token_ - back);
    oracle_.withdraw(tokens.back());
    std::erase_if(open_, [&](const auto& each) { return each.second.token == tokens.back(); });
  }
  heart_->withdraw(tokens);
}

void world::pass_time() {
  now_ += static_cast<engine::time_ns>(below(12)) * ms;
  const engine::time_ns promised = oracle_.latest_retry();
  if (promised != 0) {
    expect(heart_->next_due().has_value() && *heart_->next_due() <= promised,
           "the engine asks for the time of its next retry");
  }
  oracle_.tick(now_);
  heart_->tick(now_);
}

void world::answer_letter(std::size_t index, bool written) {
  const open_letter one = letters_[index];
  letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(index));
  expect(one.as_given.payload == one.payload, "a dead letter's bytes stay until its answer");
  oracle_.answer_letter(one.token, written);
  written ? heart_->dead_lettered(one.message) : heart_->return_dead_letter(one.message);
  answered_.push_back(one.message);
}

// Another message may have its slot by now, and a letter of its own under way.
void world::repeat_old_answer() {
  for (const engine::message_ref old : answered_) {
    chance(50) ? heart_->dead_lettered(old) : heart_->return_dead_letter(old);
  }
}

void world::stop_or_resume() {
  stopped_ = !stopped_;
  if (stopped_) {
    oracle_.stop();
    heart_->stop();
  } else {
    oracle_.resume();
    heart_->resume();
  }
}

// The topology's process is killed, and what it had in hand with it. The source hands all over
// again to the next one, which knows what was begun, or does not.
void world::restart_topology() {
  check_outcomes();
  for (hands& worker : workers_) {
    for (const held& one : worker.full) {
      const std::uint64_t ref = one.given.host_token;
      if (!oracle_.awaited(ref)) continue;
      const std::uint32_t charged = oracle_.suspected(ref) ? one.given.attempt : 0;
      if (charged > 0) ++alone_losses_[one.id];
      std::uint32_t& most = oracle_.known[{one.id, worker.task}];
      most = std::max(most, charged);
    }
    worker.full.clear();
    worker.id = next_worker_++;
    if (worker.over) worker.over = std::make_unique<session>(pool_);
  }
  if (chance(20)) oracle_.known.clear();
  heart_ = std::make_unique<engine::engine>(plan_.engine);
  for (const auto& [of, charged] : oracle_.known)
    heart_->suspect({engine::hash_of(of.first), of.second, charged});
  quarantine_.emplace(patience);
  oracle_.restart();
  for (const auto& [id, from] : open_) back_with_source_.push_back(from);
  open_.clear();
  letters_.clear();
  answered_.clear();
  old_refs_.clear();
  stopped_ = false;
}

// From now on everybody behaves: all must come to an end.
void world::drain() {
  calm_ = true;
  if (chance(30)) stop_or_resume();
  for (int round = 0; round < 3000 && complaint().empty(); ++round) {
    if (!stopped_ && round < 500 && !back_with_source_.empty() && heart_->room() > 0) accept();
    if (oracle_.live() == 0 && oracle_.debts() == 0) break;
    for (hands& worker : workers_) {
      take(worker);
      report(worker, true);
    }
    check_outcomes();
    while (!letters_.empty()) answer_letter(letters_.size() - 1, true);
    pass_time();
    check_outcomes();
    check_counts();
  }
  check_end();
}

} // namespace tempest::simulation
