// Drives one instance of a sink plugin: as the last step of a pipeline and for dead letters. One
// thread, the one that created it.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "runtime/metrics/plugin_host.hpp"
#include "runtime/worker/sink_notice.hpp"
#include "runtime/worker/sink_suspicion.hpp"
#include "runtime/worker/sink_trial.hpp"

namespace tempest::worker {

// How a message ended in a write.
enum class write_end : std::uint8_t {
  written,  // and confirmed
  rejected, // will never work
  failed,   // it alone: the sink is well
  breaks,   // it alone: the sink breaks off whenever it is tried
  suspect,  // so it seems, and it is not proven yet: to be tried again, in turn
  waits     // not its fault, as far as is known: to be tried again, in turn
};

struct write_outcome {
  write_end end = write_end::waits;
  std::string reason; // unless written
};

struct sink_settings {
  std::int64_t max_backoff_ns = 30'000'000'000; // the longest pause before it is tried again
  std::uint32_t unhealthy_limit = 3;            // bad answers in a row: reconnect
  std::uint32_t unhealthy_shutdown = 0;         // bad answers in a row: give up; 0 = never
};

class sink_runner {
 public:
  // All that is passed outlives the runner. `notice` is shared by all that write to the same sink.
  sink_runner(const tempest_sink_functions& functions, const tempest_options& options,
              metrics::plugin_host& host, sink_notice& notice, sink_settings settings = {});
  sink_runner(const sink_runner&) = delete;
  sink_runner& operator=(const sink_runner&) = delete;

  // Makes the instance; false with the reason when it cannot be.
  [[nodiscard]] bool create(std::string& reason);
  // Connected and well, as far as it was asked when it is time to; else connecting was tried when
  // it is time to. One line of log per change of state.
  [[nodiscard]] bool ready(std::int64_t now_ns);
  // How many of the messages that wait can be written at once: their suspicions, in order. A
  // suspect is tried alone.
  [[nodiscard]] std::size_t at_once(std::span<const suspicion> waiting) const;
  // When to call ready() again, whatever it said.
  [[nodiscard]] std::int64_t next_look_ns() const;
  // Why it is not tried any more (unhealthy_shutdown); empty while it is.
  [[nodiscard]] const std::string& gave_up() const { return gave_up_; }
  // Writes and flushes; an outcome each, in order. Only when ready. After a failure the sink is
  // asked whether it is healthy; if not, it is not ready any more, and that is a bad answer of it
  // unless it is known which message is to blame. `suspicions` go with the messages while they
  // wait.
  void write(std::span<const tempest_delivery> messages, std::span<suspicion> suspicions,
             std::vector<write_outcome>& outcomes);
  // Flushes and disconnects; frees the instance.
  void close();

 private:
  static void explain(void* self, std::size_t index, tempest_slice text) noexcept;
  [[nodiscard]] bool connect(std::int64_t now_ns);
  void check_health(std::int64_t now_ns);
  void found_well();
  void lost(const std::string& reason, std::int64_t now_ns);
  [[nodiscard]] bool call_write(std::span<const tempest_delivery> messages,
                                std::vector<write_outcome>& outcomes);
  // Whose fault it may be that a write broke off before a message had an outcome.
  enum class blame : std::uint8_t { its_own_or_the_sinks, anyones, of_another };
  [[nodiscard]] std::size_t count_of(std::uint8_t result) const;
  void remember(std::span<const tempest_delivery> messages, std::span<const suspicion> suspicions);
  [[nodiscard]] write_end end_of(std::uint8_t result, bool healthy, blame whose, suspicion& its,
                                 std::size_t bytes, bool was_first);
  void learn_from(std::span<const write_outcome> outcomes, const suspicion& first,
                  const std::string& trouble);
  void bad_answer(const std::string& reason);

  const tempest_sink_functions& functions_;
  const tempest_options& options_;
  metrics::plugin_host& host_;
  sink_notice& notice_;
  const sink_settings settings_;
  tempest_sink_host table_{};
  void* sink_ = nullptr;
  bool connected_ = false;
  bool is_fresh_ = false; // nothing was written since it was connected to
  bool away_said_ = false;
  bool well_said_ = false; // once, the first time
  sink_trial trial_;       // since it was lost while it was written to
  std::uint32_t tries_ = 0;
  std::uint32_t bad_answers_ = 0;
  std::int64_t next_try_ns_ = 0;
  std::int64_t next_health_ns_ = 0;
  std::string gave_up_;
  std::vector<write_outcome>* outcomes_ = nullptr; // of the running write
  std::vector<std::uint8_t> results_;
  std::minstd_rand dice_;
};

} // namespace tempest::worker
