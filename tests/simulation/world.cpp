#include "tests/simulation/world.hpp"

#include <cstdint>
#include <utility>

namespace tempest::simulation {
namespace {

constexpr engine::time_ns ms = 1'000'000;

} // namespace

world::world(std::uint64_t seed)
    : dice_(seed),
      plan_(make_plan(dice_)),
      broker_(plan_.source, dice_),
      sink_(plan_.sink_breaks, dice_),
      heart_(std::make_unique<engine::engine>(plan_.engine)),
      quarantine_(patience),
      oracle_(plan_.oracle) {
  const std::size_t tasks = plan_.oracle.tasks.size();
  const std::size_t count = tasks + below(6);
  for (std::size_t i = 0; i < count; ++i) {
    hands& made = workers_.emplace_back();
    made.id = next_worker_++;
    made.task = static_cast<std::uint32_t>(i % tasks);
    const bool own = i == 0 || (!plan_.standalone && chance(50));
    made.process = own ? next_process_++ : workers_[below(i)].process;
    if (!plan_.standalone && chance(40)) made.over = std::make_unique<session>(pool_);
  }
}

void world::run(std::uint64_t steps) {
  for (; steps_ < steps && complaint().empty(); ++steps_) step();
  if (complaint().empty()) drain();
}

void world::step() {
  hands& worker = workers_[below(workers_.size())];
  const std::uint64_t which = below(22);
  if (which < 3) {
    accept();
  } else if (which < 7) {
    take(worker);
  } else if (which < 8) {
    begin_some(worker);
  } else if (which < 9) {
    observe(worker);
  } else if (which < 10) {
    talk_to_the_source();
  } else if (which < 12) {
    pass_time();
  } else if (which < 13) {
    look_after_letters();
  } else if (which < 16) {
    rare_step();
  } else {
    report(worker, false);
  }
  check_outcomes();
  check_counts();
  check_room();
  check_service();
  check_hands();
}

// Often nothing of the kind.
void world::rare_step() {
  const std::uint64_t which = below(100);
  if (which < 10) {
    const hands& worker = workers_[below(workers_.size())];
    lose(worker.process, chance(60));
  } else if (which < 20) {
    trouble_the_source();
  } else if (which < 40) {
    haunt();
  } else if (which < 48) {
    hang(workers_[below(workers_.size())]);
  } else if (which < 58) {
    check_called_off();
  } else if (which < (stopped_ ? 70u : 59u)) {
    stop_or_resume();
  } else if (which == 99) {
    restart_topology();
  }
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
  if (!calm_) broker_.run_out(now_);
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

// From now on everybody behaves: all must come to an end. Only the sink may stay away.
void world::drain() {
  calm_ = true;
  const bool hopeless = chance(30);
  hopeless ? sink_.break_for_good() : sink_.mend();
  const int intake = hopeless ? 10 : 500; // rounds
  if (chance(30)) stop_or_resume();
  for (int round = 0; round < 3000 && complaint().empty(); ++round) {
    withdraw_lost();
    if (!stopped_ && round < intake && heart_->room() > 0) accept();
    check_outcomes();
    if (oracle_.live() == 0 && oracle_.debts() == 0) break;
    for (hands& worker : workers_) {
      take(worker);
      report(worker, true);
    }
    check_outcomes();
    sink_.write_some(broker_.life(), now_);
    if (stopped_ || round >= intake) sink_.give_back();
    answer_letters(SIZE_MAX);
    pass_time();
    check_outcomes();
    check_counts();
  }
  tell_the_source(words_.size());
  check_end();
}

} // namespace tempest::simulation
