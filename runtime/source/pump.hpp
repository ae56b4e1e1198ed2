// Drives a source plugin on a thread of its own: polls it within the room that the engine has,
// copies what it pushes into chunks, settles what the engine settled, renews leases, reconnects.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "runtime/base/doorbell.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/metrics/plugin_host.hpp"
#include "runtime/source/desk.hpp"
#include "runtime/source/intake.hpp"
#include "runtime/source/open_tokens.hpp"

namespace tempest::source {

struct pump_settings {
  std::string type;     // the plugin's name, for people
  std::string topology; // for the log
  std::int64_t max_backoff_ns = 30'000'000'000;
  std::uint32_t unhealthy_limit = 3;
  std::uint32_t unhealthy_shutdown = 0; // 0 = never
  std::uint64_t max_message_bytes = 64ull << 20;
};

class pump {
 public:
  // All that is passed outlives the pump.
  pump(const tempest_source_functions& functions, const tempest_options& options,
       const tempest_source_traits& traits, pump_settings settings, metrics::plugin_host& host,
       base::chunk_pool& chunks, desk& between);
  pump(const pump&) = delete;
  pump& operator=(const pump&) = delete;

  // The thread's body: from create to destroy. Never throws.
  void run();
  // Ends a poll or a pause, so that the desk is looked at. [any thread, while run() runs]
  void interrupt();

 private:
  void work(std::int64_t now_ns);
  bool create();
  void connect(std::int64_t now_ns);
  void poll_once(std::int64_t now_ns);
  void settle_queued(std::int64_t now_ns);
  void rest(std::int64_t deadline_ns);
  void publish();
  void renew_leases(std::int64_t now_ns);
  void look_after_health(std::int64_t now_ns);
  void lost(const std::string& reason, std::int64_t now_ns);
  void close();
  [[nodiscard]] std::int64_t poll_deadline(std::int64_t now_ns) const;
  void say(base::log_level level, const std::string& text) const;

  static void push(void* self, const tempest_source_message* messages, std::size_t count,
                   std::size_t stride) noexcept;
  static void settled(void* self, const std::uint64_t* tokens, std::size_t count,
                      std::uint32_t outcome, std::uint32_t result) noexcept;
  static void withdraw(void* self, const std::uint64_t* tokens, std::size_t count) noexcept;

  const tempest_source_functions& functions_;
  const tempest_options& options_;
  const std::int64_t lease_ns_;
  const pump_settings settings_;
  metrics::plugin_host& host_;
  desk& desk_;
  intake intake_;
  open_tokens open_;
  tempest_source_host table_{};
  void* source_ = nullptr;
  std::mutex interrupt_mutex_;
  void* interruptible_ = nullptr; // the source, while interrupt may be called
  base::doorbell bell_;

  arrivals made_; // since the last publish
  engine::incoming_batch batch_;
  std::uint64_t read_ = 0;       // messages, ever
  std::uint64_t read_bytes_ = 0; // payload bytes, ever
  bool connected_ = false;
  bool away_said_ = false;
  std::uint32_t tries_ = 0;
  std::uint32_t unhealthy_ = 0;       // bad answers in a row
  std::uint32_t unhealthy_total_ = 0; // since it was last healthy
  std::int64_t next_try_ns_ = 0;
  std::int64_t next_renewal_ns_ = 0;
  std::int64_t next_health_ns_ = 0;
  std::int64_t next_retry_ns_ = 0; // of settlements that the broker could not take
  std::vector<engine::settlement> settlements_;
  std::vector<engine::settlement> retries_;
  std::vector<std::uint64_t> tokens_;
  std::vector<std::uint8_t> outcomes_;
  std::minstd_rand dice_;
};

} // namespace tempest::source
