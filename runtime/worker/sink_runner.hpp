// Drives one instance of a sink plugin: as the last step of a pipeline and for dead letters. One
// thread, the one that created it.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/log.hpp"
#include "runtime/metrics/plugin_host.hpp"

namespace tempest::worker {

struct write_outcome {
  std::uint8_t result = TEMPEST_WRITE_FAILED; // tempest_write_result
  std::string reason;                         // unless written
};

// The longest pause before a sink that is away is tried again.
inline constexpr std::int64_t sink_backoff_ns = 30'000'000'000;

class sink_runner {
 public:
  // All that is passed outlives the runner.
  sink_runner(const tempest_sink_functions& functions, const tempest_options& options,
              metrics::plugin_host& host, std::string name, std::string topology,
              std::int64_t max_backoff_ns);
  sink_runner(const sink_runner&) = delete;
  sink_runner& operator=(const sink_runner&) = delete;

  // Makes the instance; false with the reason when it cannot be.
  [[nodiscard]] bool create(std::string& reason);
  // Connected, or tried to be when it is time to. One line of log per change of state.
  [[nodiscard]] bool ready(std::int64_t now_ns);
  // When to call ready() again, after it said no.
  [[nodiscard]] std::int64_t next_try_ns() const { return next_try_ns_; }
  // Writes and flushes; an outcome each, in order. What is WRITTEN is confirmed. Only when ready.
  // After a failure the sink is asked whether it is healthy; if not, it is not ready any more.
  void write(std::span<const tempest_delivery> messages, std::vector<write_outcome>& outcomes);
  // Flushes and disconnects; frees the instance.
  void close();

 private:
  static void explain(void* self, std::size_t index, tempest_slice text) noexcept;
  void found_well();
  void lost(const std::string& reason, std::int64_t now_ns);
  void say(base::log_level level, const std::string& text) const;

  const tempest_sink_functions& functions_;
  const tempest_options& options_;
  metrics::plugin_host& host_;
  const std::string name_;
  const std::string topology_;
  const std::int64_t max_backoff_ns_;
  tempest_sink_host table_{};
  void* sink_ = nullptr;
  bool connected_ = false;
  bool away_said_ = false;
  std::uint32_t tries_ = 0;
  std::int64_t next_try_ns_ = 0;
  std::vector<write_outcome>* outcomes_ = nullptr; // of the running write
  std::vector<std::uint8_t> results_;
  std::minstd_rand dice_;
};

} // namespace tempest::worker
