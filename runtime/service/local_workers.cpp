#include "runtime/service/local_workers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::service {

local_workers::local_workers(const assembly& plan, run_resources& shared)
    : plan_(plan),
      threads_(plan, shared),
      watchdog_(base::nanoseconds(plan.settings.limit.handler_warn)) {}

bool local_workers::collect(engine::engine& engine, std::int64_t now_ns) {
  bool some = false;
  for (worker_thread& one : threads_.all()) {
    one.link.collect(reports_);
    for (engine::worker_report& report : reports_) {
      engine.report(one.id, report, now_ns);
      one.link.recycle(report);
      some = true;
    }
    reports_.clear();
  }
  return some;
}

void local_workers::observe(engine::engine& engine, std::int64_t now_ns) {
  for (worker_thread& one : threads_.all()) {
    if (one.link.in_hand() == 0) continue;
    begun_.clear();
    one.link.inspect([&](std::span<const tempest_delivery> batch) {
      one.executor->begun(now_ns, batch, begun_);
    });
    for (const engine::begun& slow : watchdog_.look(one.id, begun_, now_ns)) {
      base::log(base::log_level::warn,
                fmt::format("its handler has been at work for {:.1f} s",
                            static_cast<double>(now_ns - slow.since) / 1e9),
                {.topology = plan_.settings.name,
                 .task = plan_.tasks[one.task].settings.name,
                 .message_id = message_id_of(engine, one, slow.delivery)});
    }
    engine.observe(one.id, begun_, now_ns);
  }
}

// After a time-out only the worker's batch still knows it.
std::string local_workers::message_id_of(const engine::engine& engine, worker_thread& holder,
                                         engine::delivery_ref delivery) {
  std::string id(engine.message_id(delivery));
  if (!id.empty()) return id;
  holder.link.inspect([&](std::span<const tempest_delivery> batch) {
    for (const tempest_delivery& one : batch) {
      if (one.host_token == delivery.token()) id = base::view(one.id);
    }
  });
  return id;
}

// Some message failed or goes back: what is not begun of it comes back from the workers.
void local_workers::cancel(engine::engine& engine, std::int64_t now_ns) {
  const auto useless = [&](engine::delivery_ref one) { return engine.cancelled(one); };
  engine::worker_report taken_back;
  for (worker_thread& one : threads_.all()) {
    if (one.link.in_hand() == 0) continue;
    taken_back.clear();
    one.link.cancel(useless, taken_back);
    engine.report(one.id, taken_back, now_ns);
  }
}

void local_workers::hand_out(engine::engine& engine) {
  for (const engine::task_id task : engine.serving_order()) {
    if (engine.serves(task)) hand_out_task(engine, task);
  }
}

// Workers without work first; nobody gets more than its share of the queue.
void local_workers::hand_out_task(engine::engine& engine, std::uint32_t task) {
  std::vector<worker_thread*>& threads = threads_.of_task(task);
  const std::size_t share = (engine.queued(task) + threads.size() - 1) / threads.size();
  for (const bool idle : {true, false}) {
    for (worker_thread* const one : threads) {
      if ((one->link.in_hand() == 0) != idle || !engine.serves(task)) continue;
      const std::size_t room = std::min(one->link.room(), share);
      if (room == 0) continue;
      engine.take(task, one->id, room, one->link.filling());
      one->link.offer();
    }
  }
}

void local_workers::close() {
  for (worker_thread& one : threads_.all()) one.link.close();
}

} // namespace tempest::service
