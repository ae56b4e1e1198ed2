#include "runtime/service/local_workers.hpp"

#include "runtime/base/clock.hpp"

namespace tempest::service {
namespace {

constexpr std::uint64_t this_process = 1;

class engine_feed final : public worker_feed {
 public:
  engine_feed(engine::engine& engine, std::int64_t now_ns) : engine_(engine), now_ns_(now_ns) {}

  [[nodiscard]] std::size_t queued(std::uint32_t task) const override {
    return engine_.serves(task) ? engine_.queued(task) : 0;
  }
  void take(std::uint32_t task, engine::worker_id worker, std::size_t max,
            std::vector<tempest_delivery>& out) override {
    engine_.take(task, worker, max, out);
  }
  void report(std::uint32_t /*task*/, engine::worker_id worker,
              engine::worker_report& done) override {
    engine_.report(worker, done, now_ns_);
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
  engine::engine& engine_;
  const std::int64_t now_ns_;
};

} // namespace

bool local_workers::collect(std::int64_t now_ns) {
  engine_feed feed(*engine_, now_ns);
  return threads_.collect(feed);
}

void local_workers::observe(std::int64_t now_ns) {
  engine_feed feed(*engine_, now_ns);
  threads_.observe(feed, now_ns);
}

// Some message failed or goes back: what is not begun of it comes back from the workers.
void local_workers::cancel(std::int64_t now_ns) {
  engine_feed feed(*engine_, now_ns);
  threads_.cancel(feed);
}

void local_workers::hand_out_suspects() {
  std::vector<engine::quarantine::process> all(1);
  all.front().id = this_process;
  threads_.add_places(all.front().places);
  quarantine_.plan(*engine_, all, base::steady_ns(), [&](std::uint64_t, std::size_t position) {
    return threads_.give_alone(*engine_, position);
  });
}

void local_workers::hand_out() {
  if (quarantine_.wanted(*engine_)) hand_out_suspects();
  if (!quarantine_.open(this_process)) return;
  engine_feed feed(*engine_, 0);
  for (const engine::task_id task : engine_->serving_order()) threads_.hand_out(feed, task);
}

} // namespace tempest::service
