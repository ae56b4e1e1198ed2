#include "runtime/service/local_workers.hpp"

#include <span>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/service/begun_table.hpp"

namespace tempest::service {
namespace {

constexpr std::uint64_t this_process = 1;
// For a source or a sink that is away; then what ends twice ends twice.
constexpr std::int64_t longest_wait_ns = 10'000'000'000;

class engine_feed final : public worker_feed {
 public:
  engine_feed(engine::engine& engine, begun_table* begun, run_taps& taps, std::int64_t now_ns)
      : engine_(engine), begun_(begun), taps_(taps), now_ns_(now_ns) {}

  [[nodiscard]] std::size_t queued(std::uint32_t task) const override {
    return engine_.serves(task) ? engine_.queued(task) : 0;
  }
  [[nodiscard]] bool holds_back(std::uint32_t task) const override {
    return !engine_.serves(task) && engine_.queued(task) + engine_.suspects(task) > 0;
  }
  void take(std::uint32_t task, engine::worker_id worker, std::size_t max,
            std::vector<tempest_delivery>& out) override {
    const std::size_t before = out.size();
    engine_.take(task, worker, max, out);
    if (begun_ != nullptr) begun_->begin(std::span(out).subspan(before), task, worker, false);
    if (taps_.watching()) taps_.handed_out(task, std::span(out).subspan(before));
  }
  bool take_suspect(std::uint32_t task, engine::worker_id worker,
                    std::vector<tempest_delivery>& out) override {
    if (!engine_.take_suspect(task, worker, out)) return false;
    if (begun_ != nullptr) begun_->begin(std::span(out).last(1), task, worker, true);
    if (taps_.watching()) taps_.handed_out(task, std::span(out).last(1));
    return true;
  }
  void report(std::uint32_t task, engine::worker_id worker, engine::worker_report& done) override {
    note_end(done);
    if (taps_.watching()) taps_.reported(engine_, task, worker, done);
    engine_.report(worker, done, now_ns_);
  }
  void take_away(std::uint32_t /*task*/, engine::worker_id worker,
                 engine::worker_report& done) override {
    note_end(done);
    engine_.take_away(worker, done, now_ns_);
  }
  void gone(engine::worker_id worker, std::span<const engine::delivery_ref> /*taken*/) override {
    engine_.release(worker, engine::departure::orderly, now_ns_);
  }
  [[nodiscard]] bool useless(engine::delivery_ref delivery) const override {
    return engine_.cancelled(delivery);
  }
  void begun(engine::worker_id worker, std::span<const engine::begun> running) override {
    engine_.observe(worker, running, now_ns_);
  }
  [[nodiscard]] std::string_view message_id(engine::delivery_ref delivery) const override {
    return engine_.message_id(delivery);
  }

 private:
  void note_end(const engine::worker_report& done) {
    if (begun_ != nullptr) begun_->end(done.results);
  }

  engine::engine& engine_;
  begun_table* const begun_;
  run_taps& taps_;
  const std::int64_t now_ns_;
};

} // namespace

void local_workers::start(engine::engine& engine) {
  engine_ = &engine;
  suspects_.start(engine);
  threads_.start();
}

void local_workers::join() {
  suspects_.keep(*engine_);
  threads_.join();
}

void local_workers::detach() {
  suspects_.keep(*engine_);
  threads_.detach();
}

void local_workers::suspects_ended(std::span<const engine::ended_suspect> ended) {
  suspects_.ended(ended);
}

void local_workers::confirmed(std::span<const std::uint64_t> tokens) {
  suspects_.confirmed(tokens);
}

// What comes next may kill this process, and with it what is on its way to the source or to the
// dead letters: that would have to be done again, by a next life that meets the same.
bool local_workers::waits_for_ends(std::int64_t now_ns) {
  if (begun_ == nullptr || (!suspects_.awaits_ends() && engine_->letters_of_suspects() == 0)) {
    waits_since_ns_.reset();
    return false;
  }
  if (!waits_since_ns_) waits_since_ns_ = now_ns;
  return now_ns - *waits_since_ns_ < longest_wait_ns;
}

bool local_workers::collect(std::int64_t now_ns) {
  engine_feed feed(*engine_, begun_, taps_, now_ns);
  return threads_.collect(feed);
}

void local_workers::observe(std::int64_t now_ns) {
  engine_feed feed(*engine_, begun_, taps_, now_ns);
  threads_.observe(feed, now_ns);
}

void local_workers::measure(std::int64_t now_ns) {
  const engine_feed feed(*engine_, begun_, taps_, now_ns);
  threads_.measure(feed, now_ns);
}

// Some message failed or goes back: what is not begun of it comes back from the workers.
void local_workers::cancel(std::int64_t now_ns) {
  engine_feed feed(*engine_, begun_, taps_, now_ns);
  threads_.cancel(feed);
}

void local_workers::hand_out_suspects() {
  std::vector<engine::quarantine::process> all(1);
  all.front().id = this_process;
  threads_.add_places(all.front().places);
  engine_feed feed(*engine_, begun_, taps_, 0);
  quarantine_.plan(*engine_, all, base::steady_ns(), [&](std::uint64_t, std::size_t position) {
    return threads_.give_alone(feed, position);
  });
}

void local_workers::hand_out() {
  suspects_.keep_changes(*engine_);
  if (waits_for_ends(base::steady_ns())) return;
  if (quarantine_.wanted(*engine_)) hand_out_suspects();
  if (!quarantine_.open(this_process)) return;
  engine_feed feed(*engine_, begun_, taps_, 0);
  for (const engine::task_id task : engine_->serving_order()) threads_.hand_out(feed, task);
}

} // namespace tempest::service
