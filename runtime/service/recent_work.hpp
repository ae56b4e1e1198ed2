// What a run did in the last seconds: how fast, how busy, how long handlers took. A sample a second
// is kept, whoever asks; nothing per message. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/service/task_work.hpp"

namespace tempest::service {

// Sums since the start, at one moment.
struct work_sample {
  struct task {
    std::uint64_t ended = 0; // deliveries, however they did
    task_work work;
  };
  std::int64_t at_ns = 0;
  std::uint64_t read = 0;
  std::uint64_t acked = 0;
  std::vector<task> tasks;
};

class recent_work {
 public:
  // What began at `start_ns`, with all sums at 0.
  recent_work(std::size_t tasks, std::int64_t start_ns);

  // Where to write the next sample, once a second has passed since the last one; else nullptr.
  [[nodiscard]] work_sample* due(std::int64_t now_ns);
  // The oldest that is kept: some ten seconds ago, or the start.
  [[nodiscard]] const work_sample& oldest() const { return ring_[oldest_]; }

 private:
  static constexpr std::int64_t step_ns = 1'000'000'000;

  std::array<work_sample, 11> ring_; // the memory is used again
  std::size_t oldest_ = 0;
  std::size_t newest_ = 0;
};

// What one task did between two samples.
struct work_rates {
  double ended_per_s = 0;
  std::optional<double> busy; // part of its workers' time; nothing: not known
  std::optional<double> p50_s;
  std::optional<double> p99_s;
};
[[nodiscard]] work_rates rates_between(const work_sample::task& before,
                                       const work_sample::task& now, std::int64_t passed_ns);
// Which part of their time workers were at work; nothing: it is not known.
[[nodiscard]] std::optional<double> busy_between(const task_work& before, const task_work& now);
[[nodiscard]] double per_second(std::uint64_t before, std::uint64_t now, std::int64_t passed_ns);

} // namespace tempest::service
