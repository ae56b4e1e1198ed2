// What a task did with the batch in its hands: outputs and ends of each delivery, gathered into a
// report. Keeps the limits of outputs. Knows nothing of threads but this: which deliveries ended
// may be read by another thread (see ended()).
#pragma once

#include <tempest/abi.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/engine/output_limits.hpp"
#include "runtime/worker/given_output.hpp"

namespace tempest::worker {

// The outputs of one delivery, while it is open.
struct delivery_book {
  engine::output_tally emitted;
  std::uint32_t first = 0; // in the report's outputs, where they stand in one row
  bool apart = false;      // its outputs are kept apart until it ends
};

class batch_book {
 public:
  batch_book(base::chunk_pool& pool, const engine::output_limits& limits)
      : limits_(limits), writer_(pool) {}

  // Starts a batch; every delivery is open. The span stays valid until the next begin.
  void begin(std::span<const tempest_delivery> batch);
  [[nodiscard]] const tempest_delivery& at(std::uint32_t index) const { return batch_[index]; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(batch_.size()); }

  // Whether that delivery has ended or was deferred. [any thread that keeps the batch from
  // changing]
  [[nodiscard]] bool ended(std::uint32_t index) const {
    return std::atomic_ref(const_cast<std::uint8_t&>(ended_[index]))
               .load(std::memory_order_relaxed) != 0;
  }

  // False when a limit is passed: the delivery will be rejected.
  bool emit(std::uint32_t index, const given_output& output);
  // Emits the delivery's own message, as it is: the most frequent output, and nothing is copied.
  bool forward(std::uint32_t index);
  // Ends a delivery; false when it had ended before (that is counted).
  bool end(std::uint32_t index, engine::outcome what, std::string_view reason = {});
  // Ends it here, without a result: takes its outputs along. False when it had ended before.
  bool move_out(std::uint32_t index, std::vector<engine::output>& outputs,
                engine::output_tally& emitted);

  // Whether the report may leave now: it has results, and no open delivery has outputs in it.
  [[nodiscard]] bool can_leave() const { return open_outputs_ == 0 && !report_.results.empty(); }
  [[nodiscard]] engine::worker_report& report() { return report_; }
  // Call once the report has left.
  void left() { chunk_in_report_ = nullptr; }
  [[nodiscard]] std::uint64_t double_ends() const { return double_ends_; }

 private:
  [[nodiscard]] bool is_open(std::uint32_t index) const;
  void append(std::uint32_t index, const engine::output& output);
  void keep_apart(std::uint32_t index);
  void join(std::uint32_t index);
  void drop_outputs(std::uint32_t index);
  bool mark(std::uint32_t index);

  const engine::output_limits limits_;
  base::chunk_writer writer_;
  std::span<const tempest_delivery> batch_;
  std::vector<std::uint8_t> ended_;
  std::vector<delivery_book> books_;
  // Outputs of deliveries that emit in turns with others, until they end.
  std::unordered_map<std::uint32_t, std::vector<engine::output>> apart_;
  engine::worker_report report_;
  std::uint64_t open_outputs_ = 0;
  std::uint64_t double_ends_ = 0;
  base::chunk* chunk_in_report_ = nullptr; // the last one that the report keeps
};

} // namespace tempest::worker
