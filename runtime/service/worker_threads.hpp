// Workers as threads of this process: their links, plugin instances and threads.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/base/pauses.hpp"
#include "runtime/engine/quarantine.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_resources.hpp"
#include "runtime/service/task_meters.hpp"
#include "runtime/service/worker_feed.hpp"
#include "runtime/worker/executor.hpp"
#include "runtime/worker/link.hpp"
#include "runtime/worker/sink_notice.hpp"
#include "runtime/worker/sink_runner.hpp"
#include "runtime/worker/watchdog.hpp"

namespace tempest::service {

// One worker.
struct worker_thread {
  worker_thread(engine::worker_id own, std::uint32_t task_index, std::uint32_t poll_count,
                base::bell& bell)
      : id(own), task(task_index), link(poll_count, bell) {}

  const engine::worker_id id;
  const std::uint32_t task;
  worker::link link;
  std::unique_ptr<metrics::plugin_host> host;
  std::unique_ptr<worker::sink_runner> sink; // of a sink task
  std::unique_ptr<worker::executor> executor;
  std::thread thread;
  std::atomic<bool> started{false};
  std::atomic<bool> done{false}; // the instance is freed, the thread about to end

  // What is seen of it now and then. [engine thread]
  meter_reading measured{};
  std::int64_t busy_ns = 0;                // its handler is at work, without progress; 0: it is not
  std::vector<engine::begun> begun;        // and not finished
  bool was_full = false;                   // before it last reported
  std::uint64_t deferred_ended = 0;        // when it was last looked at
  bool left_alone = false;                 // it hangs: another worker has its place
  std::vector<engine::delivery_ref> taken; // from it, while it hung
};

// The sink that the workers of one task write to.
struct written_sink {
  written_sink(const std::string& task, const std::string& topology, metrics::registry& to)
      : notice(task, topology), up(to.own(metrics::builtin::sink_up, task)) {}

  worker::sink_notice notice;
  tempest_metric& up;
  std::string trouble; // as last looked at
};

class worker_threads {
 public:
  // Those of all tasks of which `plan` has the plugin. All that is passed outlives them.
  worker_threads(const assembly& plan, run_resources& shared);
  worker_threads(const worker_threads&) = delete;
  worker_threads& operator=(const worker_threads&) = delete;

  // Throws base::failure when the system refuses a thread: the workers before it are at work.
  void start();
  [[nodiscard]] std::size_t size() const { return places_; }
  // How many deliveries of a task its workers should have in their hands at most, now.
  [[nodiscard]] std::size_t capacity(std::uint32_t task) const;
  // Whether every worker has started: only then may a message be read.
  [[nodiscard]] bool ready() const { return ready_.load() >= places_; }
  // Why a worker could not start or cannot go on; nothing while all can.
  [[nodiscard]] std::optional<base::failure> fatal();
  // Whether every worker of `task` is with a handler that has run beyond handler_warn.
  [[nodiscard]] bool stuck(std::uint32_t task) const { return tasks_[task].stuck; }
  // Why the sink that `task` writes to is not well, as last looked at; empty: it is, or there is
  // none.
  [[nodiscard]] std::string_view sink_trouble(std::uint32_t task) const;
  // Appends what they have begun, as last looked at.
  void begun(std::vector<engine::begun>& out) const;
  // What the workers of `task` have done, as last looked at.
  [[nodiscard]] task_work work(std::uint32_t task) const;
  // Whether every thread that was started has ended its work and freed its instance, but for those
  // that hang and were left alone.
  [[nodiscard]] bool all_done() const;
  // Whether there are such.
  [[nodiscard]] bool left_alone() const;

  // Enters what they reported since; whether there was anything.
  bool collect(worker_feed& feed);
  // Looks at what they have begun, warns of handlers that take long, lets others do what waits
  // behind them, and replaces workers that hang beyond handler_limit.
  void observe(worker_feed& feed, std::int64_t now_ns);
  // Takes back what is not begun and useless.
  void cancel(worker_feed& feed);
  // Hands out what is queued of `task`: to workers without work first, and to nobody more than its
  // share.
  void hand_out(worker_feed& feed, std::uint32_t task);
  // Appends what each has in hand, in an order that stays; give_alone() names one by its position.
  void add_places(std::vector<engine::workplace>& out) const;
  // Hands one suspect of its task to a worker; which it was, if there was one.
  [[nodiscard]] std::optional<engine::delivery_ref> give_alone(worker_feed& feed,
                                                               std::size_t position);
  // No more work: they finish what is in their hands and end.
  void close();

  // From now on nobody waits for deferred deliveries.
  void hurry() { hurry_.store(true); }
  // Joins the threads, which are done.
  void join();
  // Leaves the threads to themselves: the process is about to go.
  void detach();
  // Enters into the metrics what is new of them; observe() does so, too.
  void measure(const worker_feed& feed, std::int64_t now_ns);

 private:
  // The workers of one task that have its places now.
  struct task_threads {
    std::vector<worker_thread*> threads;
    std::uint32_t replaced = 0;
    bool stuck = false;
  };

  worker_thread& add(std::uint32_t task, std::uint32_t place);
  void start(worker_thread& one);
  void work(worker_thread& one);
  void fail(base::failure why);
  // worker_threads_hang.cpp
  void look_at(worker_thread& one, worker_feed& feed, std::int64_t now_ns);
  void warn(const worker_feed& feed, worker_thread& one, const engine::begun& slow, bool in_handler,
            std::int64_t now_ns);
  void free_the_rest(worker_thread& one, worker_feed& feed);
  void take_away(worker_thread& one, worker_feed& feed, bool finished_too,
                 std::span<const engine::begun> failed, const std::string& reason);
  void replace(worker_thread& one, worker_feed& feed, std::span<const engine::begun> hanging);
  void bury(worker_feed& feed);
  void say_left_behind(const worker_thread& one) const;
  [[nodiscard]] static std::string message_id_of(const worker_feed& feed, worker_thread& holder,
                                                 engine::delivery_ref delivery);
  // worker_threads_health.cpp
  [[nodiscard]] static bool lacks_places(worker_thread& one);
  void tell_health(std::int64_t now_ns);
  void tell_sink(std::uint32_t task, std::int64_t now_ns);
  [[nodiscard]] std::int64_t stuck_for_ns(std::uint32_t task) const;

  const assembly& plan_;
  run_resources& shared_;
  std::list<worker_thread> all_;
  std::size_t places_ = 0;
  std::vector<task_threads> tasks_;
  std::vector<std::unique_ptr<written_sink>> sinks_; // by task
  engine::worker_id next_id_ = 0;
  worker::watchdog watchdog_;
  task_meters meters_;
  base::pauses pauses_;
  bool closing_ = false;
  std::vector<engine::worker_report> reports_;
  std::vector<engine::begun> begun_;
  std::atomic<std::size_t> ready_{0}; // workers that have started
  std::atomic<bool> hurry_{false};
  std::mutex fatal_mutex_;
  std::optional<base::failure> fatal_;
};

} // namespace tempest::service
