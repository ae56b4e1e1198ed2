#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace simulation {
namespace {

namespace engine = tempest::engine;

constexpr std::uint32_t workers = 4;
constexpr time_ns timeout = 1000;

engine::last_action to_engine(action one) {
  switch (one) {
    case action::dead_letter:
      return engine::last_action::dead_letter;
    case action::ack:
      return engine::last_action::ack;
    case action::stop:
      return engine::last_action::stop;
    case action::leave:
      break;
  }
  return engine::last_action::leave;
}

std::string text(tempest_slice slice) {
  return {slice.data, slice.length};
}

} // namespace

world::world(std::uint64_t seed) : dice_(seed) {
  make_rules();
  engine::engine_settings settings;
  for (const task_rules& one : rules_.tasks) {
    settings.tasks.push_back(
        {one.children,
         {one.attempts, one.backoff, one.max_backoff, 0.0, to_engine(one.on_exhausted)}});
  }
  settings.root = rules_.root;
  settings.max_pending = max_pending_ = 1 + roll(30);
  settings.max_pending_bytes = max_bytes_ = roll(3) == 0 ? 70'000 * (1 + roll(3)) : 1ull << 30;
  settings.max_retrying = max_retrying_ = 1 + roll(20);
  settings.max_deliveries = rules_.max_deliveries;
  settings.msg_timeout = timeout;
  settings.seed = seed;
  writer_ = std::make_unique<tempest::base::chunk_writer>(pool_);
  engine_ = std::make_unique<engine::engine>(settings);
  oracle_ = std::make_unique<oracle>(rules_);
}

// A random graph: task 0 is the root, each other task has parents before it.
void world::make_rules() {
  rules_.tasks.resize(1 + roll(6));
  rules_.max_deliveries = 1 + static_cast<std::uint32_t>(roll(5));
  for (std::uint32_t task = 0; task < rules_.tasks.size(); ++task) {
    task_rules& one = rules_.tasks[task];
    one.attempts = 1 + static_cast<std::uint32_t>(roll(3));
    one.backoff = static_cast<time_ns>(1 + roll(500));
    one.max_backoff = one.backoff + static_cast<time_ns>(roll(1000));
    one.on_exhausted = static_cast<action>(roll(4));
    if (task == 0) continue;
    const auto first = static_cast<std::uint32_t>(roll(task));
    rules_.tasks[first].children.push_back(task);
    const auto second = static_cast<std::uint32_t>(roll(task));
    if (second != first && roll(2) == 0) rules_.tasks[second].children.push_back(task);
  }
}

bool world::step() {
  const std::uint64_t event = roll(100);
  if (event < 20)
    accept();
  else if (event < 45)
    take();
  else if (event < 75)
    report_one();
  else if (event < 79)
    repeat_or_forge();
  else if (event < 81)
    release();
  else if (event < 84)
    time_out();
  else if (event < 91)
    advance();
  else if (event < 93)
    withdraw();
  else if (event < 97)
    answer_letter();
  else
    give_back();
  return check();
}

void world::accept() {
  const std::size_t room = engine_->room();
  if (room == 0 && roll(20) != 0) return; // now and then more than there is room for
  engine::incoming_batch batch;
  const std::uint64_t count = 1 + roll(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t message = next_message_++;
    const std::string id = std::to_string(message);
    const std::string payload = "payload of " + id + std::string(roll(8) == 0 ? 5000 : 0, '.');
    char* place = writer_->reserve(id.size() + payload.size());
    std::memcpy(place, id.data(), id.size());
    std::memcpy(place + id.size(), payload.data(), payload.size());
    engine::incoming one;
    one.token = message;
    one.id = {place, id.size()};
    one.payload = {place + id.size(), payload.size()};
    one.home = writer_->current();
    one.deliveries = 1 + static_cast<std::uint32_t>(roll(10) == 0 ? roll(8) : 0);
    one.refused = roll(50) == 0 ? "refused" : nullptr;
    batch.messages.push_back(one);
    batch.chunks.emplace_back(one.home);
    oracle_->accept(message, one.deliveries, one.refused != nullptr, payload);
  }
  engine_->accept(batch, now_);
}

void world::take() {
  const auto task = static_cast<std::uint32_t>(roll(rules_.tasks.size()));
  const auto worker = static_cast<std::uint32_t>(roll(workers));
  std::vector<tempest_delivery> out;
  engine_->take(task, worker, 1 + roll(4), out);
  for (const tempest_delivery& one : out) {
    in_hand taken;
    taken.worker = worker;
    taken.token = one.host_token;
    taken.seen = one;
    taken.what.message = std::stoull(text(one.id));
    taken.what.what = {
        task, {one.path, one.path + one.path_length}, one.attempt, text(one.payload), false, 0};
    const std::string problem = oracle_->take(taken.what.message, taken.what.what);
    if (!problem.empty()) wrong("task " + std::to_string(task) + " was handed " + problem);
    hands_.push_back(std::move(taken));
  }
}

void world::report_one() {
  if (hands_.empty()) return;
  constexpr engine::outcome outcomes[] = {
      engine::outcome::succeeded, engine::outcome::succeeded, engine::outcome::succeeded,
      engine::outcome::succeeded, engine::outcome::succeeded, engine::outcome::skipped,
      engine::outcome::failed,    engine::outcome::failed,    engine::outcome::rejected};
  report(roll(hands_.size()), outcomes[roll(std::size(outcomes))]);
}

void world::report(std::size_t index, engine::outcome what) {
  const in_hand done = hands_[index];
  hands_.erase(hands_.begin() + static_cast<std::ptrdiff_t>(index));
  if (text(done.seen.payload) != done.what.what.payload) {
    wrong("bytes changed while a worker held them");
  }
  engine::worker_report report;
  engine::result result;
  result.delivery = engine::delivery_ref::of(done.token);
  result.what = what;
  report.reasons = "reason";
  result.reason_length = 6;
  std::vector<std::string> outputs;
  if (what == engine::outcome::succeeded) {
    for (std::uint64_t i = roll(3); i > 0; --i) {
      engine::output made;
      made.forwards = roll(4) == 0;
      outputs.push_back(made.forwards ? done.what.what.payload
                                      : "output " + std::to_string(roll(1000)));
      if (!made.forwards) {
        char* place = writer_->reserve(outputs.back().size());
        std::memcpy(place, outputs.back().data(), outputs.back().size());
        made.payload = {place, outputs.back().size()};
        made.home = writer_->current();
        report.chunks.emplace_back(made.home);
      }
      report.outputs.push_back(made);
    }
    result.output_count = static_cast<std::uint32_t>(outputs.size());
  }
  report.results.push_back(result);
  engine_->report(done.worker, report, now_);
  old_.emplace_back(done.worker, done.token);
  if (!done.awaited) return;
  switch (what) {
    case engine::outcome::succeeded:
      return oracle_->succeed(done.what, outputs);
    case engine::outcome::skipped:
      return oracle_->skip(done.what);
    case engine::outcome::returned:
      return oracle_->give_back(done.what);
    case engine::outcome::failed:
    case engine::outcome::rejected:
      return oracle_->fail(done.what, what == engine::outcome::rejected, now_);
  }
}

// A report that was made before, one in a stranger's name, or one about nothing: changes nothing.
void world::repeat_or_forge() {
  engine::worker_report report;
  engine::result& result = report.results.emplace_back();
  std::uint32_t worker = static_cast<std::uint32_t>(roll(workers));
  if (roll(2) == 0 && !old_.empty()) {
    const auto& [who, token] = old_[roll(old_.size())];
    result.delivery = engine::delivery_ref::of(token);
    worker = who;
  } else if (!hands_.empty() && roll(2) == 0) {
    const in_hand& one = hands_[roll(hands_.size())];
    result.delivery = engine::delivery_ref::of(one.token);
    worker = one.worker + 1 + static_cast<std::uint32_t>(roll(workers - 1));
    worker %= workers;
  } else {
    result.delivery = {static_cast<std::uint32_t>(roll(100)),
                       static_cast<std::uint32_t>(1'000'000 + roll(100))};
  }
  engine_->report(worker, report, now_);
}

void world::release() {
  const auto worker = static_cast<std::uint32_t>(roll(workers));
  engine_->release(worker);
  for (auto one = hands_.begin(); one != hands_.end();) {
    if (one->worker != worker) {
      ++one;
      continue;
    }
    if (one->awaited) oracle_->give_back(one->what);
    old_.emplace_back(one->worker, one->token);
    one = hands_.erase(one);
  }
}

void world::time_out() {
  if (hands_.empty()) return;
  in_hand& one = hands_[roll(hands_.size())];
  const bool late = roll(3) != 0;
  const engine::begun running{engine::delivery_ref::of(one.token),
                              late ? now_ - timeout - 1 : now_ - timeout};
  engine_->observe(one.worker, {&running, 1}, now_);
  if (!late || !one.awaited) return;
  one.awaited = false;
  oracle_->fail(one.what, false, now_);
}

void world::advance() {
  now_ += static_cast<time_ns>(roll(400));
  engine_->tick(now_);
  oracle_->tick(now_);
}

void world::withdraw() {
  const auto open = oracle_->open_messages();
  if (open.empty()) return;
  std::vector<std::uint64_t> lost{open[roll(open.size())], next_message_ + 1000};
  engine_->withdraw(lost);
  oracle_->withdraw(lost[0]);
  for (in_hand& one : hands_) {
    if (one.what.message == lost[0]) one.awaited = false;
  }
}

void world::answer_letter() {
  if (letters_.empty()) return;
  const std::size_t index = roll(letters_.size());
  const auto [letter, message] = letters_[index];
  const bool written = roll(3) != 0;
  written ? engine_->dead_lettered(letter) : engine_->return_dead_letter(letter);
  oracle_->letter_done(message, written);
  if (roll(4) != 0) letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(index));
}

void world::give_back() {
  if (!hands_.empty()) report(roll(hands_.size()), engine::outcome::returned);
}

bool world::check() {
  check_outcomes();
  check_counts();
  return fault_.empty();
}

void world::check_outcomes() {
  std::multiset<std::pair<std::uint64_t, ending>> got;
  for (const engine::settlement& one : engine_->settlements) {
    got.emplace(one.token, one.what == TEMPEST_ACK    ? ending::ack
                           : one.what == TEMPEST_FAIL ? ending::fail
                                                      : ending::give_back);
  }
  engine_->settlements.clear();
  for (const engine::dead_letter& one : engine_->dead_letters) {
    const std::uint64_t message = std::stoull(std::string(one.id));
    got.emplace(message, ending::letter);
    letters_.emplace_back(one.message, message);
    if (!one.payload.starts_with("payload of " + std::string(one.id))) {
      wrong("a dead letter does not carry the original bytes");
    }
  }
  engine_->dead_letters.clear();
  engine_->incidents.clear();
  for (const auto& [message, how] : got) {
    trace_ = (trace_ ^ (message * 4 + static_cast<std::uint64_t>(how))) * 1099511628211u;
  }
  const auto expected = oracle_->take_expected();
  if (got == expected) return;
  std::string difference = "settled otherwise than expected:";
  for (const auto& [message, how] : got) {
    difference += " got " + std::to_string(message) + "/" + std::to_string(static_cast<int>(how));
  }
  for (const auto& [message, how] : expected) {
    difference += " want " + std::to_string(message) + "/" + std::to_string(static_cast<int>(how));
  }
  wrong(difference);
}

void world::check_counts() {
  if (engine_->in_flight() != oracle_->open()) wrong("in_flight() is wrong");
  if (engine_->retrying() != oracle_->retrying()) wrong("retrying() is wrong");
  bool any_queued = false;
  bool any_served = false;
  for (std::uint32_t task = 0; task < rules_.tasks.size(); ++task) {
    const std::size_t queued = oracle_->queued(task);
    if (engine_->queued(task) != (stopped_ ? 0 : queued)) wrong("queued() is wrong");
    any_queued |= queued > 0;
    any_served |= engine_->serves(task);
  }
  if (!stopped_ && any_queued && !any_served) wrong("nothing is served though work waits");
  const bool full = engine_->in_flight() >= max_pending_ || engine_->bytes() >= max_bytes_ ||
                    engine_->retrying() >= max_retrying_ || stopped_;
  if ((engine_->room() == 0) != full) wrong("room() does not keep the limits");
  for (const in_hand& one : hands_) {
    const bool useless = !one.awaited || oracle_->is_useless(one.what.message);
    if (engine_->cancelled(engine::delivery_ref::of(one.token)) != useless) {
      wrong("cancelled() is wrong");
    }
  }
}

bool world::drain() {
  if (roll(2) == 0) {
    stopped_ = true;
    engine_->stop();
    oracle_->stop();
    if (!check()) return false;
  }
  for (int round = 0; round < 100'000; ++round) {
    if (engine_->in_flight() == 0 && hands_.empty()) break;
    for (int i = 0; i < 4; ++i) take();
    now_ += 500;
    engine_->tick(now_);
    oracle_->tick(now_);
    while (!hands_.empty()) {
      report(0, roll(3) == 0 ? engine::outcome::skipped : engine::outcome::succeeded);
      if (!check()) return false;
    }
    while (!letters_.empty()) answer_letter();
    if (!check()) return false;
  }
  if (engine_->in_flight() != 0) wrong("messages hang");
  if (engine_->bytes() != 0) wrong("bytes are still held");
  if (engine_->deliveries() != 0) wrong("deliveries are still held");
  return fault_.empty();
}

void world::wrong(const std::string& what) {
  if (fault_.empty()) fault_ = what;
}

} // namespace simulation
