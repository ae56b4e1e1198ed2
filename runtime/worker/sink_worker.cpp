#include "runtime/worker/sink_worker.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/worker/reason.hpp"

namespace tempest::worker {
namespace {

constexpr std::int64_t look_every_ns = 20'000'000; // for an interrupt, while the sink is away

bool is_up(const std::uint32_t* flag) {
  return std::atomic_ref(const_cast<std::uint32_t&>(*flag)).load(std::memory_order_relaxed) != 0;
}

} // namespace

void sink_worker::run() {
  std::string reason;
  if (!sink_.create(reason)) {
    on_fatal(base::exit_code::bad_config, "it could not be created: " + reason);
  } else {
    if (on_ready) on_ready();
    work();
    sink_.close();
  }
}

// Without messages too it is connected to, and asked how it is.
void sink_worker::work() {
  std::span<const tempest_delivery> batch;
  for (;;) {
    (void)is_there(base::steady_ns());
    if (link_.take(batch, sink_.next_look_ns()) == link::answer::closed) return;
    if (batch.empty()) continue;
    if (sink_.on_trial()) batch = try_one(batch);
    if (!batch.empty()) wait_until_ready() ? write(batch) : give_back(batch);
  }
}

bool sink_worker::is_there(std::int64_t now_ns) {
  const bool there = sink_.ready(now_ns);
  if (!sink_.gave_up().empty() && !std::exchange(gave_up_said_, true)) {
    on_fatal(base::exit_code::unavailable, "the sink is unhealthy: " + sink_.gave_up());
  }
  return there;
}

// With a sink that was lost while it was written to: one message is charged for the try, not all.
// Returns what is still to be written.
std::span<const tempest_delivery> sink_worker::try_one(std::span<const tempest_delivery> batch) {
  if (!wait_until_ready()) return batch;
  write(batch.first(1));
  batch = batch.subspan(1);
  if (sink_.on_trial() && !batch.empty()) give_back(std::exchange(batch, {}));
  return batch;
}

// False when the batch is wanted back before the sink is there.
bool sink_worker::wait_until_ready() {
  for (;;) {
    if (is_up(link_.interrupt())) return false;
    const std::int64_t now = base::steady_ns();
    if (is_there(now)) return true;
    const std::int64_t pause = std::min(look_every_ns, sink_.next_look_ns() - now);
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::max<std::int64_t>(pause, 0)));
  }
}

void sink_worker::write(std::span<const tempest_delivery> batch) {
  const std::int64_t start_ns = base::steady_ns();
  writing_first_.store(batch.front().host_token);
  writing_count_.store(batch.size());
  writing_since_ns_.store(start_ns);
  set_at_work(true);
  sink_.write(batch, outcomes_);
  set_at_work(false);
  writing_since_ns_.store(0);
  link_.measured((base::steady_ns() - start_ns) / static_cast<std::int64_t>(batch.size()));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const write_outcome& one = outcomes_[i];
    const auto what = one.result == TEMPEST_WRITTEN          ? engine::outcome::succeeded
                      : one.result == TEMPEST_WRITE_REJECTED ? engine::outcome::rejected
                                                             : engine::outcome::failed;
    add(batch[i], what, one.reason);
  }
  link_.report(report_);
}

void sink_worker::give_back(std::span<const tempest_delivery> batch) {
  for (const tempest_delivery& one : batch) add(one, engine::outcome::returned, {});
  link_.report(report_);
}

void sink_worker::add(const tempest_delivery& delivery, engine::outcome what,
                      std::string_view reason) {
  engine::result& result = report_.results.emplace_back();
  result.delivery = engine::delivery_ref::of(delivery.host_token);
  result.what = what;
  add_reason(report_, result, reason);
}

std::size_t sink_worker::begun(std::int64_t, std::span<const tempest_delivery> batch,
                               std::vector<engine::begun>& out) {
  const std::int64_t since = writing_since_ns_.load();
  if (since == 0) return 0;
  const std::uint64_t first = writing_first_.load();
  const auto from = std::find_if(batch.begin(), batch.end(), [&](const tempest_delivery& one) {
    return one.host_token == first;
  });
  const auto rest = static_cast<std::size_t>(batch.end() - from);
  const std::size_t count = std::min(rest, writing_count_.load());
  for (const tempest_delivery& one : std::span(from, count)) {
    out.push_back({engine::delivery_ref::of(one.host_token), since});
  }
  return count;
}

} // namespace tempest::worker
