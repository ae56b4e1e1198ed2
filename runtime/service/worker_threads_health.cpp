// Whether tasks get on, how much they work, and how the sinks are that they write to.
#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/service/stuck_notice.hpp"
#include "runtime/service/worker_threads.hpp"

namespace tempest::service {

void worker_threads::tell_health(std::int64_t now_ns) {
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    task_threads& all = tasks_[task];
    if (all.threads.empty()) continue; // of another process, or about to end this one
    const std::int64_t stuck_ns = stuck_for_ns(task);
    const bool stuck = stuck_ns > 0;
    if (stuck != std::exchange(all.stuck, stuck)) {
      say_stuck(plan_.settings.name, plan_.tasks[task].settings.name, stuck);
    }
    const bool started = std::all_of(all.threads.begin(), all.threads.end(),
                                     [](const auto* one) { return one->started.load(); });
    shared_.health.task(task,
                        stuck      ? stuck_words
                        : !started ? "its workers start"
                                   : "",
                        now_ns - stuck_ns);
    if (sinks_[task]) tell_sink(task, now_ns);
  }
}

void worker_threads::tell_sink(std::uint32_t task, std::int64_t now_ns) {
  written_sink& of = *sinks_[task];
  of.trouble = of.notice.trouble();
  of.up.update(of.trouble.empty() ? 1 : 0);
  shared_.health.sink(task, of.trouble, now_ns);
}

std::string_view worker_threads::sink_trouble(std::uint32_t task) const {
  return sinks_[task] ? std::string_view(sinks_[task]->trouble) : std::string_view();
}

// Whether it could take no more since it was last looked at for what it put off, as far as that can
// be told: what has just ended made the room in which the next ones are about to be put, and there
// may be no moment at which all places are taken by what is put off.
bool worker_threads::lacks_places(worker_thread& one) {
  const std::uint64_t ended = one.executor->deferred_ended();
  const bool some_ended = ended != std::exchange(one.deferred_ended, ended);
  return one.was_full && (some_ended || one.executor->deferred_open() > 0);
}

// One that hangs and was left alone counts as at work: nobody else can say what it does.
void worker_threads::measure(const worker_feed& feed, std::int64_t now_ns) {
  for (worker_thread& one : all_) {
    const bool has_some = one.link.in_hand() > 0;
    const bool held_back = lacks_places(one) || (has_some && one.executor->waits_for_sink()) ||
                           (!has_some && feed.holds_back(one.task));
    meters_.look(one.task, one.executor->meter, one.measured, held_back, now_ns);
  }
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
    meters_.count(task, tasks_[task].threads.size());
  }
}

void worker_threads::begun(std::vector<engine::begun>& out) const {
  for (const worker_thread& one : all_) {
    out.insert(out.end(), one.begun.begin(), one.begun.end());
  }
}

task_work worker_threads::work(std::uint32_t task) const {
  task_work made = meters_.work(task);
  for (const worker_thread& one : all_) {
    if (one.task == task) made.in_hand += one.link.in_hand();
  }
  return made;
}

// For how long every worker of a task has been with a handler at least, where that is beyond
// handler_warn; else 0.
std::int64_t worker_threads::stuck_for_ns(std::uint32_t task) const {
  const auto& threads = tasks_[task].threads;
  const auto least = std::min_element(
      threads.begin(), threads.end(),
      [](const auto* one, const auto* other) { return one->busy_ns < other->busy_ns; });
  const std::int64_t warn_ns = base::nanoseconds(plan_.settings.limit.handler_warn);
  return warn_ns > 0 && (*least)->busy_ns >= warn_ns ? (*least)->busy_ns : 0;
}

} // namespace tempest::service
