// How worker threads are fed.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/log.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/service/worker_threads.hpp"

namespace tempest::service {

std::size_t worker_threads::capacity(std::uint32_t task) const {
  std::size_t all = 0;
  for (const worker_thread* const one : by_task_[task]) all += one->link.capacity();
  return all;
}

bool worker_threads::collect(worker_feed& feed) {
  bool some = false;
  for (worker_thread& one : all_) {
    one.link.collect(reports_);
    for (engine::worker_report& report : reports_) {
      feed.report(one.task, one.id, report);
      one.link.recycle(report);
      some = true;
    }
    reports_.clear();
  }
  return some;
}

void worker_threads::observe(worker_feed& feed, std::int64_t now_ns) {
  for (worker_thread& one : all_) {
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
                 .message_id = message_id_of(feed, one, slow.delivery)});
    }
    feed.begun(one.id, begun_);
  }
}

// After a time-out only the worker's batch still knows it.
std::string worker_threads::message_id_of(const worker_feed& feed, worker_thread& holder,
                                          engine::delivery_ref delivery) {
  std::string id(feed.message_id(delivery));
  if (!id.empty()) return id;
  holder.link.inspect([&](std::span<const tempest_delivery> batch) {
    for (const tempest_delivery& one : batch) {
      if (one.host_token == delivery.token()) id = base::view(one.id);
    }
  });
  return id;
}

void worker_threads::cancel(worker_feed& feed) {
  const auto useless = [&](engine::delivery_ref one) { return feed.useless(one); };
  engine::worker_report taken_back;
  for (worker_thread& one : all_) {
    if (one.link.in_hand() == 0) continue;
    taken_back.clear();
    one.link.cancel(useless, taken_back);
    feed.report(one.task, one.id, taken_back);
  }
}

void worker_threads::hand_out(worker_feed& feed, std::uint32_t task) {
  const std::size_t queued = feed.queued(task);
  if (queued == 0) return;
  std::vector<worker_thread*>& threads = by_task_[task];
  const std::size_t share = (queued + threads.size() - 1) / threads.size();
  for (const bool idle : {true, false}) {
    for (worker_thread* const one : threads) {
      if ((one->link.in_hand() == 0) != idle || feed.queued(task) == 0) continue;
      const std::size_t room = std::min(one->link.room(), share);
      if (room == 0) continue;
      feed.take(task, one->id, room, one->link.filling());
      one->link.offer();
    }
  }
}

void worker_threads::add_places(std::vector<engine::workplace>& out) const {
  for (const worker_thread& one : all_) out.push_back({one.id, one.task, one.link.in_hand()});
}

std::optional<engine::delivery_ref> worker_threads::give_alone(worker_feed& feed,
                                                               std::size_t position) {
  worker_thread& one = all_[position];
  std::vector<tempest_delivery>& filling = one.link.filling();
  if (one.link.room() == 0 || !feed.take_suspect(one.task, one.id, filling)) return std::nullopt;
  const auto given = engine::delivery_ref::of(filling.back().host_token);
  one.link.offer();
  return given;
}

void worker_threads::close() {
  for (worker_thread& one : all_) one.link.close();
}

} // namespace tempest::service
