// One worker that writes to a sink: `sink = "..."` as the last step of a pipeline. While the sink
// is away nothing is begun, so no attempt is charged and no time-out runs: its deliveries wait in
// hand, and so do those of a write that failed for no fault of theirs. They are tried in turn.
#pragma once

#include <atomic>
#include <vector>

#include "runtime/worker/batch_fit.hpp"
#include "runtime/worker/executor.hpp"
#include "runtime/worker/link.hpp"
#include "runtime/worker/sink_runner.hpp"

namespace tempest::worker {

class sink_worker final : public executor {
 public:
  // `sink` and `work` outlive the worker.
  sink_worker(sink_runner& sink, link& work) : sink_(sink), link_(work) {}

  void run() override;
  std::size_t begun(std::int64_t now_ns, std::span<const tempest_delivery> batch,
                    std::vector<engine::begun>& out) override;
  [[nodiscard]] std::int64_t at_work_since() const override { return seen_since_ns_; }
  // A batch is written as one.
  void rest(std::span<const tempest_delivery> /*batch*/, bool /*finished_too*/,
            std::vector<engine::delivery_ref>& /*out*/) const override {}
  [[nodiscard]] bool waits_for_sink() const override {
    return !found_.load(std::memory_order_relaxed);
  }
  void destroy() override {} // run() closed the sink

 private:
  void work();
  [[nodiscard]] bool take();
  [[nodiscard]] bool is_there(std::int64_t now_ns);
  void nap(std::int64_t now_ns) const;
  void write(std::size_t count);
  void report_and_keep(std::size_t count);
  void give_back();
  void add(const tempest_delivery& delivery, engine::outcome what, std::string_view reason);

  sink_runner& sink_;
  link& link_;
  engine::worker_report report_;
  batch_fit fit_;
  std::vector<write_outcome> outcomes_;
  std::vector<tempest_delivery> hand_; // not settled yet, in the order in which they are tried
  std::vector<suspicion> suspicions_;  // of each
  std::size_t just_tried_ = 0;         // the first of them, in vain: others come first
  bool gave_up_said_ = false;
  std::atomic<bool> found_{false}; // the sink, as far as it has been asked
  std::int64_t seen_since_ns_ = 0; // by begun(); engine's thread
  // What is being written, which may be a part of the batch.
  std::atomic<std::uint64_t> writing_first_{0}; // its token
  std::atomic<std::size_t> writing_count_{0};
  std::atomic<std::int64_t> writing_since_ns_{0}; // 0: not writing
};

} // namespace tempest::worker
