// Drives one source plugin on a thread of its own: connects with back-off, polls as much as the
// engine has room for, settles what the engine decided, renews leases, watches its health.
//
// Hand-overs are batches. What the engine's thread orders (settlements, room, a stop) ends a
// blocked poll, at most once a poll; a busy pump looks by itself.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "runtime/base/bell.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/plugin_call.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/engine/suspicions.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/source/message_copier.hpp"
#include "runtime/source/unsettled.hpp"

namespace tempest::source {

struct pump_settings {
  std::string name;    // the source's type
  std::string library; // that it came from
  std::string topology;
  std::uint64_t max_message_bytes = 64ull << 20;
  std::int64_t max_backoff_ns = 30'000'000'000;
  std::uint32_t unhealthy_limit = 3;    // bad answers in a row: reconnect
  std::uint32_t unhealthy_shutdown = 0; // bad answers in a row: give up; 0 = never
};

enum class pump_state : std::uint8_t {
  starting,  // not reached yet
  connected, // at work
  away,      // was reached, is tried again
  gave_up,   // unhealthy_shutdown
  unusable,  // its instance could not be created
};

struct pump_counts {
  std::uint64_t read = 0;
  std::uint64_t acked = 0; // confirmed by the broker, as are the next two
  std::uint64_t failed = 0;
  std::uint64_t returned = 0;
  std::uint64_t gone = 0;       // the broker no longer knew them
  std::uint64_t withdrawn = 0;  // the source lost them
  std::uint64_t unsettled = 0;  // settled here, not confirmed yet
  std::uint64_t reconnects = 0; // connects after the first
  std::uint64_t full_polls = 0; // that brought messages
  std::uint64_t empty_polls = 0;
  std::uint64_t bad_polls = 0; // that failed
};

// How the pump stands, at one moment.
struct pump_status {
  pump_state state = pump_state::starting;
  bool was_connected = false;  // ever
  bool doubted = false;        // it was lost, and nothing has gone well since
  bool ended = false;          // no more comes, but again what is open or not answered yet
  bool more_comes = false;     // a part of the next messages is here
  bool stopped = false;        // stop_polling() was heard: no message comes after this
  bool closed = false;         // the thread is done, or there is none
  std::string reason;          // the last trouble
  std::int64_t backoff_ns = 0; // how long it is left alone; 0: it is not
  base::exit_code code = base::exit_code::ok; // of a run that ends because it is unusable
  std::optional<std::uint64_t> waiting;       // messages at the broker, as the source last said
  pump_counts counts;
};

class pump {
 public:
  // All that is passed outlives the pump. `engine_bell` is rung when there is something to collect.
  pump(const tempest_source_functions& functions, const tempest_options& options,
       metrics::plugin_host& host, base::chunk_pool& chunks, base::bell& engine_bell,
       pump_settings settings);
  ~pump(); // only after close() and join(), or before start()
  pump(const pump&) = delete;
  pump& operator=(const pump&) = delete;

  // --- all [engine thread]
  // Throws base::failure when the system refuses the thread.
  void start();
  // What arrived since; swaps with the empty batch that is passed. Withdrawn tokens are appended:
  // enter them after the batch. So are those of await() that the source has answered for good
  // since, or has lost.
  void collect(engine::incoming_batch& arrived, std::vector<std::uint64_t>& withdrawn,
               std::vector<std::uint64_t>& confirmed);
  // How much may be polled from now on, given all that was collected. Less does not end a poll that
  // is under way: see hold().
  void allow(std::size_t messages, std::size_t bytes);
  // Nothing, until allow() says otherwise: a poll that is under way is ended; what it brings until
  // then is taken. Settlements still go out.
  void hold();
  // How often messages failed, of a source that keeps it; they are taken and the vector comes back
  // empty.
  void failed(std::vector<engine::failure_count>& counts);
  // Of these, which are settled next, collect() is to tell.
  void await(std::span<const engine::ended_suspect> those);
  // Settlements to pass on; they are taken and the vector comes back empty.
  void settle(std::vector<engine::settlement>& settlements);
  // Renews the lease of these.
  void extend(std::vector<std::uint64_t> tokens);
  // No message is read any more; settlements still go out.
  void stop_polling();
  // Settles what is left, disconnects and ends the thread, until deadline_ns at the latest.
  void close(std::int64_t deadline_ns);
  [[nodiscard]] pump_status status() const;
  // What the thread is in now; asked while it was not joined. [any thread]
  [[nodiscard]] std::optional<base::plugin_call> call() const { return calls_.now(); }
  [[nodiscard]] pthread_t thread() { return thread_.native_handle(); }
  void join();
  // Leaves the thread to itself: the process is about to go.
  void detach();

 private:
  struct orders {
    std::vector<engine::settlement> settlements;
    std::vector<engine::failure_count> failures;
    std::vector<std::uint64_t> extend;
    std::vector<std::uint64_t> awaited;
    std::uint64_t messages_limit = 0; // of all ever read
    std::uint64_t bytes_limit = 0;
    bool stop = false;
    bool close = false;
    std::int64_t close_deadline_ns = 0;
  };

  // pump.cpp: the engine's side
  void wake();
  // run.cpp: the thread
  void run();
  void take_orders();
  void turn();
  void confirm(const std::uint64_t* tokens, std::size_t count);
  void pass_failures();
  void pass_settlements(std::int64_t now_ns);
  // Whether the source could have waited until the deadline: nobody called it off.
  bool poll(std::size_t room, std::int64_t deadline_ns);
  void rest(std::int64_t until_ns);
  void publish();
  void finish();
  // connection.cpp
  [[nodiscard]] bool create();
  [[nodiscard]] bool connect();
  void found_well();
  void lost(const std::string& reason);
  void check_health(std::int64_t now_ns);
  void ask_depth();
  void bad_answer(const std::string& reason);
  void say(base::log_level level, const std::string& text) const;
  // answers.cpp
  static void push(void* self, const tempest_source_message* messages, std::size_t count,
                   std::size_t stride) noexcept;
  static void settled(void* self, const std::uint64_t* tokens, std::size_t count,
                      std::uint32_t outcome, std::uint32_t result) noexcept;
  static void withdraw(void* self, const std::uint64_t* tokens, std::size_t count) noexcept;

  const tempest_source_functions& functions_;
  const tempest_options& options_;
  metrics::plugin_host& host_;
  base::bell& engine_bell_;
  const pump_settings settings_;
  tempest_source_host table_{};
  std::thread thread_;
  base::doorbell bell_;
  base::plugin_calls calls_;

  // --- shared
  mutable std::mutex mutex_;
  orders ordered_;
  bool in_plugin_ = false;   // in poll or connect, where interrupt ends a wait
  bool connecting_ = false;  // in connect
  bool interrupted_ = false; // this poll or connect was interrupted already
  bool new_orders_ = false;
  std::uint64_t current_room_ = 0; // for messages, in this turn
  engine::incoming_batch arrived_;
  std::vector<std::uint64_t> withdrawn_;
  std::vector<std::uint64_t> confirmed_;
  pump_status status_;
  std::uint64_t collected_messages_ = 0;
  std::uint64_t collected_bytes_ = 0;
  std::uint64_t arrived_bytes_ = 0; // of the messages in arrived_

  // --- the thread's
  void* source_ = nullptr;
  bool connected_ = false;
  pump_status now_; // published at the end of each turn
  orders current_;
  message_copier copier_;
  std::vector<std::uint64_t> lost_tokens_;
  std::set<std::uint64_t> awaited_;             // few, and mostly none
  std::vector<std::uint64_t> confirmed_tokens_; // that were awaited
  unsettled unsettled_;
  std::uint64_t read_bytes_ = 0;
  std::int64_t next_try_ns_ = 0;
  std::int64_t next_health_ns_ = 0;
  std::int64_t last_poll_ns_ = 0;
  bool end_seen_ = false;
  std::uint32_t tries_ = 0;
  std::uint32_t bad_answers_ = 0;
  std::uint32_t empty_polls_ = 0; // in a row, that came back at once
  bool away_said_ = false;
  bool unwell_ = false; // given up by its own answers; none has been good since
  std::minstd_rand dice_;
};

} // namespace tempest::source
