// Writes dead letters to a sink on a thread of its own. A letter is answered only once the sink has
// confirmed it; while the sink is away letters wait, and the engine's limits hold the source back.
// A letter that the sink never takes waits apart, so that others do not wait for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/bell.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/plugin_call.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/worker/sink_runner.hpp"

namespace tempest::service {

class dead_letter_writer {
 public:
  // All that is passed outlives the writer. `plan` has dead letters.
  dead_letter_writer(const assembly& plan, metrics::registry& metrics, base::bell& engine_bell);

  // Throws base::failure when the system refuses the thread.
  void start();
  // Queues letters, which stay the engine's until answered; `letters` comes back empty.
  void write(std::vector<engine::dead_letter>& letters);
  // What was confirmed, and what was given up at the end, since the last call.
  void collect(std::vector<engine::message_ref>& written,
               std::vector<engine::message_ref>& given_up);
  // Writes what the sink takes now and gives up the rest; then the thread ends.
  void stop();
  [[nodiscard]] bool done() const { return done_.load() || !thread_.joinable(); }
  // Why it could not start or cannot go on, and how the run is to end; nothing while it can.
  [[nodiscard]] std::optional<base::failure> fatal();
  // Why its sink is not well; empty: it is.
  [[nodiscard]] std::string sink_trouble() const { return notice_.trouble(); }
  // What its thread is in now; asked while it was not joined.
  [[nodiscard]] std::optional<base::plugin_call> call() const { return calls_.now(); }
  [[nodiscard]] pthread_t thread() { return thread_.native_handle(); }
  void join();
  void detach();

 private:
  void run();
  void work();
  [[nodiscard]] bool is_ready(std::int64_t now_ns);
  void cannot_go_on(base::exit_code code, const std::string& why);
  void take_inbox();
  void pause_until(std::int64_t until_ns);
  [[nodiscard]] bool write_some();
  void try_apart();
  void plan_next_apart();
  void write_first(std::size_t count, const std::deque<engine::dead_letter>& letters,
                   std::span<worker::suspicion> suspicions);
  void set_apart(engine::dead_letter letter, const worker::suspicion& its,
                 const std::string& reason);
  void say_refused(const engine::dead_letter& letter, const std::string& reason);
  void give_up_all();

  const assembly& plan_;
  base::bell& engine_bell_;
  base::doorbell bell_;
  metrics::plugin_host host_;
  worker::sink_notice notice_;
  worker::sink_runner sink_;
  // The writer's thread:
  std::deque<engine::dead_letter> mine_;      // in the order in which they are tried
  std::vector<worker::suspicion> suspicions_; // of each
  std::deque<engine::dead_letter> apart_;     // tried one at a time, with pauses of their own
  std::vector<worker::suspicion> suspicions_apart_;
  std::uint32_t tries_apart_ = 0; // in vain, in a row
  std::int64_t next_apart_ns_ = base::never_ns;
  bool refusal_said_ = false;
  std::minstd_rand dice_;
  std::vector<worker::write_outcome> outcomes_;
  base::plugin_calls calls_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  std::vector<engine::dead_letter> inbox_;
  std::vector<engine::message_ref> written_;
  std::vector<engine::message_ref> given_up_;
  std::optional<base::failure> fatal_;
};

} // namespace tempest::service
