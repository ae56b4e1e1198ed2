// The metrics of a topology: source, messages, and what its engine knows of tasks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/engine/engine.hpp"
#include "runtime/metrics/duration_tally.hpp"
#include "runtime/metrics/registry.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/run_report.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::service {

// All on the engine's thread.
class run_metrics {
 public:
  // The registry outlives this.
  run_metrics(const assembly& plan, metrics::registry& to);

  // Messages whose end was decided just now.
  void settled(std::span<const engine::settlement> decided, std::int64_t now_ns);
  // How things stand. Some ten times a second, and at the end.
  // `oldest_ns`: how long ago the oldest message in flight was read.
  void publish(const engine::engine& engine, std::int64_t oldest_ns,
               const source::pump_status& source, const run_report& report);

 private:
  // A counter of which the sum is known.
  struct sum {
    tempest_metric* into = nullptr;
    std::uint64_t told = 0;

    void reaches(std::uint64_t value);
  };
  struct source_series {
    tempest_metric* up;
    tempest_metric* unconfirmed;
    tempest_metric* backoff;
    sum read, reconnects, full_polls, empty_polls, bad_polls;
    sum acked, failed, returned, gone, withdrawn;
  };
  struct message_series {
    tempest_metric* state[4]; // by its number
    tempest_metric* in_flight;
    tempest_metric* bytes;
    tempest_metric* retrying;
    tempest_metric* oldest;
    tempest_metric* time;
    tempest_metric* age;
    tempest_metric* letters_waiting;
    sum letters, late_reports, acked, failed, returned;
  };
  struct task_series {
    sum deliveries, succeeded, skipped, failed, rejected, timed_out, outputs, retries;
    tempest_metric* queued;
  };

  [[nodiscard]] static source_series source_of(const assembly& plan, metrics::registry& to);
  [[nodiscard]] static message_series messages_of(metrics::registry& to);
  [[nodiscard]] static task_series task_of(const std::string& name, metrics::registry& to);
  void ended(const engine::settlement& one, std::uint64_t count, std::int64_t now_ns,
             std::int64_t calendar_ms);
  void publish_source(const source::pump_status& now);
  void publish_waiting(std::optional<std::uint64_t> now);
  void publish_messages(const engine::engine& engine, const run_report& report);
  void publish_task(std::uint32_t task, const engine::engine& engine);
  void publish_processes(const run_report& report);

  metrics::registry& registry_;
  const std::string source_name_;
  tempest_metric* waiting_ = nullptr; // messages at the broker, while the source tells
  source_series source_;
  message_series messages_;
  std::vector<task_series> tasks_;
  std::uint64_t acks_ = 0;
  std::uint64_t fails_ = 0;
  std::uint64_t returns_ = 0;
  metrics::duration_tally times_; // of messages
  metrics::duration_tally ages_;
  metrics::tally_reader times_read_;
  metrics::tally_reader ages_read_;
};

} // namespace tempest::service
