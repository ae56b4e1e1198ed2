// The workers of all tasks: their links, plugin instances and threads.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/doorbell.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/worker/employee.hpp"
#include "runtime/worker/local_link.hpp"
#include "runtime/worker/sink_runner.hpp"

namespace tempest::service {

// One worker's place.
struct seat {
  seat(engine::worker_id own, std::uint32_t task_index, std::uint32_t poll_count,
       base::doorbell& bell)
      : id(own), task(task_index), link(poll_count, bell) {}

  const engine::worker_id id;
  const std::uint32_t task;
  worker::local_link link;
  std::unique_ptr<metrics::plugin_host> host;
  std::unique_ptr<worker::sink_runner> sink; // of a sink task
  std::unique_ptr<worker::employee> employee;
  std::thread thread;
  std::atomic<bool> done{false}; // the instance is freed, the thread about to end
};

class crew {
 public:
  // All that is passed outlives the crew.
  crew(const assembly& plan, metrics::registry& metrics, base::chunk_pool& chunks,
       base::doorbell& engine_bell);
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  // Throws base::failure when the system refuses a thread: the workers before it are at work.
  void start();
  [[nodiscard]] std::deque<seat>& seats() { return seats_; }
  // Those of one task.
  [[nodiscard]] std::vector<seat*>& of_task(std::uint32_t task) { return by_task_[task]; }
  // Whether every worker has started: only then may a message be read.
  [[nodiscard]] bool ready() const { return ready_.load() == seats_.size(); }
  // Why a worker could not start; empty when all could.
  [[nodiscard]] std::string fatal();
  // Whether every thread that was started has ended its work and freed its instance.
  [[nodiscard]] bool all_done() const;
  // From now on nobody waits for deferred deliveries.
  void hurry() { hurry_.store(true); }
  // Joins the threads, which are done.
  void join();
  // Leaves the threads to themselves: the process is about to go.
  void detach();

 private:
  void hire(std::uint32_t task, std::uint32_t worker);
  void work(seat& one);

  const assembly& plan_;
  metrics::registry& metrics_;
  base::chunk_pool& chunks_;
  base::doorbell& bell_;
  std::deque<seat> seats_;
  std::vector<std::vector<seat*>> by_task_;
  std::atomic<std::size_t> ready_{0}; // workers that have started
  std::atomic<bool> hurry_{false};
  std::mutex fatal_mutex_;
  std::string fatal_;
};

} // namespace tempest::service
