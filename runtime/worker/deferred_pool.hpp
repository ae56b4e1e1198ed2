// Deliveries that outlive `handle`: ended later, from any thread. Slots live as long as the
// process, so that a handle kept too long is merely stale.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/handover.hpp"
#include "runtime/engine/output_limits.hpp"
#include "runtime/worker/link.hpp"

namespace tempest::worker {

class deferred_pool;

struct deferred_slot {
  std::mutex mutex;               // of all below; a finished one belongs to who finished it
  deferred_pool* owner = nullptr; // nullptr: free
  std::uint64_t generation = 1;
  tempest_delivery input{};  // its bytes live until the delivery is reported
  std::int64_t since_ns = 0; // deferred, or last progress
  std::vector<engine::output> outputs;
  std::vector<base::chunk_ref> chunks;
  engine::output_tally emitted;
};

// The open deferred deliveries of one worker.
class deferred_pool {
 public:
  deferred_pool(base::chunk_pool& pool, const engine::output_limits& limits, link& results);
  // Handles that are still open become stale. Nobody may be inside one of the functions below.
  ~deferred_pool();
  deferred_pool(const deferred_pool&) = delete;
  deferred_pool& operator=(const deferred_pool&) = delete;

  // Opens a handle for a delivery with what it has emitted so far. [worker thread]
  [[nodiscard]] tempest_deferred open(const tempest_delivery& input,
                                      std::vector<engine::output> outputs,
                                      std::vector<base::chunk_ref> chunks,
                                      engine::output_tally emitted);
  // Deliveries open now. [any thread]
  [[nodiscard]] std::size_t open_count() const;
  // Deliveries that were open and have ended. [any thread]
  [[nodiscard]] std::uint64_t ended_count() const;
  // Of the message of an open delivery; empty when it is not open. [any thread]
  [[nodiscard]] std::string message_id(engine::delivery_ref delivery) const;
  // Appends what is open and since when it made no progress. [any thread]
  void begun(std::vector<engine::begun>& out) const;

  // The functions of tempest_task_host. [any thread]
  static int emit(tempest_deferred deferred, const tempest_output* output) noexcept;
  static int succeed(tempest_deferred deferred) noexcept;
  static int skip(tempest_deferred deferred) noexcept;
  static int fail(tempest_deferred deferred, std::uint32_t kind, tempest_slice text) noexcept;
  static int progress(tempest_deferred deferred) noexcept;

 private:
  static int finish(tempest_deferred deferred, engine::outcome what,
                    std::string_view reason) noexcept;
  [[nodiscard]] std::vector<deferred_slot*> open_now() const;
  void report(deferred_slot& slot, engine::outcome what, std::string_view reason);

  const engine::output_limits limits_;
  link& link_;
  // Order of locks: report, link, slot, then writer or open. Nobody waits for an earlier one.
  std::mutex writer_mutex_;
  base::chunk_writer writer_;
  std::mutex report_mutex_;
  engine::worker_report report_;
  mutable std::mutex open_mutex_;
  std::vector<deferred_slot*> open_;
  std::uint64_t ended_ = 0; // as open_, under its mutex
};

} // namespace tempest::worker
