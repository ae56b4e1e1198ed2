// Handlers that take long, and those that never come back.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/service/worker_threads.hpp"
#include "runtime/worker/reason.hpp"

namespace tempest::service {
namespace {

// Whoever works on one delivery for so long, a hundred batches' time, holds up what waits behind.
constexpr std::int64_t hangs_after_ns = 1'000'000'000;

std::int64_t last_progress(std::span<const engine::begun> of) {
  return std::max_element(
             of.begin(), of.end(),
             [](const auto& one, const auto& other) { return one.since < other.since; })
      ->since;
}

} // namespace

void worker_threads::observe(worker_feed& feed, std::int64_t now_ns) {
  measure(feed, now_ns); // also those that are buried now
  bury(feed);
  pauses_.look(now_ns);
  // A replacement comes at the end of the list, and has nothing in its hands yet.
  for (worker_thread& one : all_) look_at(one, feed, now_ns);
  tell_health(now_ns);
}

void worker_threads::look_at(worker_thread& one, worker_feed& feed, std::int64_t now_ns) {
  begun_.clear();
  std::size_t at_work = 0;
  if (one.link.in_hand() > 0) {
    one.link.inspect([&](std::span<const tempest_delivery> batch) {
      at_work = one.executor->begun(now_ns, batch, begun_);
    });
  }
  for (engine::begun& each : begun_) each.since += pauses_.within(each.since);
  // With all its places taken by what it put off, a worker is as busy as with one in its handler.
  const bool is_full = at_work == 0 && one.link.is_full() && begun_.size() >= one.link.in_hand();
  one.begun.assign(begun_.begin(), begun_.end());
  const std::span<const engine::begun> hanging =
      std::span(begun_).last(is_full ? begun_.size() : at_work);
  one.busy_ns = hanging.empty() ? 0 : std::max<std::int64_t>(1, now_ns - last_progress(hanging));
  if (!one.left_alone) {
    for (const engine::begun& slow : watchdog_.look(one.id, begun_, now_ns)) {
      const bool in_handler = at_work > 0 && std::any_of(hanging.begin(), hanging.end(),
                                                         [&](const engine::begun& other) {
                                                           return other.delivery == slow.delivery;
                                                         });
      warn(feed, one, slow, in_handler, now_ns);
    }
  }
  feed.begun(one.id, begun_);
  if (one.left_alone) return;
  const std::int64_t limit_ns = base::nanoseconds(plan_.settings.limit.handler_limit);
  if (limit_ns > 0 && one.busy_ns > limit_ns) return replace(one, feed, hanging);
  // Progress keeps the delivery, not what waits behind it.
  const std::int64_t since = one.executor->at_work_since();
  const std::int64_t held_up_ns =
      at_work > 0 ? now_ns - since - pauses_.within(since) : one.busy_ns;
  one.link.hangs(held_up_ns >= hangs_after_ns);
  if (held_up_ns >= hangs_after_ns) free_the_rest(one, feed);
}

void worker_threads::warn(const worker_feed& feed, worker_thread& one, const engine::begun& slow,
                          bool in_handler, std::int64_t now_ns) {
  const std::string text = fmt::format(
      "{} for {:.1f} s",
      in_handler ? "its handler has been at work"
                 : "it was deferred and has not been ended, nor heard to make progress,",
      in_seconds(now_ns - slow.since));
  const std::string message = message_id_of(feed, one, slow.delivery);
  const base::log_context about{.topology = plan_.settings.name,
                                .task = plan_.tasks[one.task].settings.name,
                                .message_id = message};
  if (in_handler) return shared_.hangs.warn(one.thread.native_handle(), text, about);
  base::log(base::log_level::warn, text, about);
}

// After a time-out only the worker still knows it.
std::string worker_threads::message_id_of(const worker_feed& feed, worker_thread& holder,
                                          engine::delivery_ref delivery) {
  std::string id(feed.message_id(delivery));
  if (id.empty()) id = holder.executor->deferred_id(delivery);
  if (!id.empty()) return id;
  holder.link.inspect([&](std::span<const tempest_delivery> batch) {
    for (const tempest_delivery& one : batch) {
      if (one.host_token == delivery.token()) id = base::view(one.id);
    }
  });
  return id;
}

// What waits behind a handler goes to others. What it finished before, and keeps to itself, is done
// again once the handler's own delivery has timed out.
void worker_threads::free_the_rest(worker_thread& one, worker_feed& feed) {
  const bool timed_out = one.busy_ns > base::nanoseconds(plan_.settings.limit.msg_timeout);
  take_away(one, feed, timed_out, {}, {});
}

// The interrupt comes first: a worker that comes back meanwhile should begin nothing more.
void worker_threads::take_away(worker_thread& one, worker_feed& feed, bool finished_too,
                               std::span<const engine::begun> failed, const std::string& reason) {
  engine::worker_report taken;
  one.link.cancel([](engine::delivery_ref) { return true; }, taken);
  feed.report(one.task, one.id, taken);
  taken.clear();
  std::vector<engine::delivery_ref> rest;
  one.link.inspect([&](std::span<const tempest_delivery> batch) {
    one.executor->rest(batch, finished_too, rest);
  });
  for (const engine::begun& each : failed) {
    engine::result& result = taken.results.emplace_back();
    result.delivery = each.delivery;
    result.what = engine::outcome::timed_out;
    worker::add_reason(taken, result, reason);
  }
  for (const engine::delivery_ref each : rest) {
    const bool has_failed = std::any_of(failed.begin(), failed.end(),
                                        [&](const auto& other) { return other.delivery == each; });
    if (has_failed) continue;
    engine::result& result = taken.results.emplace_back();
    result.delivery = each;
    result.what = engine::outcome::returned;
  }
  one.taken.clear();
  for (const engine::result& each : taken.results) one.taken.push_back(each.delivery);
  feed.take_away(one.task, one.id, taken);
}

// Code of a plugin cannot be killed: its thread is left alone, and a new instance on a new thread
// takes its place, as often as the task has workers.
void worker_threads::replace(worker_thread& one, worker_feed& feed,
                             std::span<const engine::begun> hanging) {
  const config::task_settings& task = plan_.tasks[one.task].settings;
  task_threads& all = tasks_[one.task];
  const std::string message = message_id_of(feed, one, hanging.back().delivery);
  const std::string why =
      fmt::format("the handler of task '{}' made no progress for {:.1f} s (handler_limit)",
                  task.name, in_seconds(one.busy_ns));
  take_away(one, feed, true, hanging, why);
  one.left_alone = true;
  one.busy_ns = 0;
  one.link.hangs(true);
  one.link.close();
  const auto place = std::find(all.threads.begin(), all.threads.end(), &one);
  const base::log_context about{
      .topology = plan_.settings.name, .task = task.name, .message_id = message};
  if (closing_ || all.replaced >= task.workers) {
    all.threads.erase(place);
    if (closing_)
      return base::log(base::log_level::error, why + ": its worker is left alone", about);
    return fail({base::exit_code::internal,
                 fmt::format("{}; message '{}'; {} of its workers were replaced before: this "
                             "process ends, to be started anew",
                             why, message, all.replaced)});
  }
  ++all.replaced;
  base::log(base::log_level::error,
            fmt::format("{}: its worker is left alone and replaced ({} of at most {} times)", why,
                        all.replaced, task.workers),
            about);
  *place = &add(one.task, static_cast<std::uint32_t>(place - all.threads.begin()));
  try {
    start(**place);
  } catch (const base::failure& refused) {
    fail(refused);
  }
}

// At the end of the run.
void worker_threads::say_left_behind(const worker_thread& one) const {
  base::log(base::log_level::error,
            fmt::format("its handler has not come back for {:.1f} s, and is left behind",
                        in_seconds(one.busy_ns)),
            {.topology = plan_.settings.name, .task = plan_.tasks[one.task].settings.name});
}

// Of those that were left alone: which came back and freed their instance.
void worker_threads::bury(worker_feed& feed) {
  for (auto one = all_.begin(); one != all_.end();) {
    if (!one->left_alone || !one->done.load()) {
      ++one;
      continue;
    }
    one->thread.join();
    (void)collect(feed);
    feed.gone(one->id, one->taken);
    one = all_.erase(one);
  }
}

} // namespace tempest::service
