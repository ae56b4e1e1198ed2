// Workers as threads of this process: their links, plugin instances and threads.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/engine/quarantine.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_resources.hpp"
#include "runtime/service/worker_feed.hpp"
#include "runtime/worker/executor.hpp"
#include "runtime/worker/local_link.hpp"
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
  worker::local_link link;
  std::unique_ptr<metrics::plugin_host> host;
  std::unique_ptr<worker::sink_runner> sink; // of a sink task
  std::unique_ptr<worker::executor> executor;
  std::thread thread;
  std::atomic<bool> done{false}; // the instance is freed, the thread about to end
};

class worker_threads {
 public:
  // Those of all tasks of which `plan` has the plugin. All that is passed outlives them.
  worker_threads(const assembly& plan, run_resources& shared);
  worker_threads(const worker_threads&) = delete;
  worker_threads& operator=(const worker_threads&) = delete;

  // Throws base::failure when the system refuses a thread: the workers before it are at work.
  void start();
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  // How many deliveries of a task its workers should have in their hands at most, now.
  [[nodiscard]] std::size_t capacity(std::uint32_t task) const;
  // Whether every worker has started: only then may a message be read.
  [[nodiscard]] bool ready() const { return ready_.load() == all_.size(); }
  // Why a worker could not start or cannot go on; nothing while all can.
  [[nodiscard]] std::optional<base::failure> fatal();
  // Whether every thread that was started has ended its work and freed its instance.
  [[nodiscard]] bool all_done() const;

  // Enters what they reported since; whether there was anything.
  bool collect(worker_feed& feed);
  // Looks at what they have begun, and warns of handlers that take long.
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

 private:
  void add(std::uint32_t task, std::uint32_t worker);
  void work(worker_thread& one);
  [[nodiscard]] static std::string message_id_of(const worker_feed& feed, worker_thread& holder,
                                                 engine::delivery_ref delivery);

  const assembly& plan_;
  run_resources& shared_;
  std::deque<worker_thread> all_;
  std::vector<std::vector<worker_thread*>> by_task_;
  std::vector<std::unique_ptr<worker::sink_notice>> notices_; // by task; of sinks
  worker::watchdog watchdog_;
  std::vector<engine::worker_report> reports_;
  std::vector<engine::begun> begun_;
  std::atomic<std::size_t> ready_{0}; // workers that have started
  std::atomic<bool> hurry_{false};
  std::mutex fatal_mutex_;
  std::optional<base::failure> fatal_;
};

} // namespace tempest::service
