// How worker threads are fed.
#include <algorithm>

#include "runtime/service/worker_threads.hpp"

namespace tempest::service {

std::size_t worker_threads::capacity(std::uint32_t task) const {
  std::size_t all = 0;
  for (const worker_thread* const one : tasks_[task].threads) {
    all += one->link.capacity(one->executor->deferred_open());
  }
  return all;
}

bool worker_threads::collect(worker_feed& feed) {
  bool some = false;
  for (worker_thread& one : all_) {
    one.was_full = one.link.is_full();
    one.link.collect(reports_);
    for (engine::worker_report& report : reports_) {
      feed.report(one.task, one.id, report);
      one.link.recycle(report);
      if (!one.left_alone) one.link.hangs(false); // as far as can be told: see observe
      some = true;
    }
    reports_.clear();
  }
  return some;
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
  const std::vector<worker_thread*>& threads = tasks_[task].threads;
  if (threads.empty()) return; // all hang, and the process is about to end
  const std::size_t share = (queued + threads.size() - 1) / threads.size();
  for (const bool idle : {true, false}) {
    for (worker_thread* const one : threads) {
      if ((one->link.in_hand() == 0) != idle || feed.queued(task) == 0) continue;
      const std::size_t free = one->link.room(one->executor->deferred_open());
      const std::size_t room = std::min(free, share);
      if (room == 0) continue;
      feed.take(task, one->id, room, one->link.filling());
      one->link.offer();
    }
  }
}

void worker_threads::add_places(std::vector<engine::workplace>& out) const {
  for (const worker_thread& one : all_) {
    if (!one.left_alone) out.push_back({one.id, one.task, one.link.in_hand()});
  }
}

std::optional<engine::delivery_ref> worker_threads::give_alone(worker_feed& feed,
                                                               std::size_t position) {
  auto place = all_.begin(); // as add_places counts
  for (;; ++place) {
    if (!place->left_alone && position-- == 0) break;
  }
  worker_thread& one = *place;
  std::vector<tempest_delivery>& filling = one.link.filling();
  if (one.link.room() == 0 || !feed.take_suspect(one.task, one.id, filling)) return std::nullopt;
  const auto given = engine::delivery_ref::of(filling.back().host_token);
  one.link.offer();
  return given;
}

void worker_threads::close() {
  closing_ = true;
  for (worker_thread& one : all_) one.link.close();
}

} // namespace tempest::service
