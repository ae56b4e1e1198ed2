// The heart: who still owes work for which message, what is handed to whom, and how each message
// ends. Pure: one thread, no clock, no I/O, no globals. The same calls with the same times and seed
// give the same decisions (G8).
//
// A message from the source opens an account. Every delivery of it (to the root, then one per
// output and child) is owed until its task reported. Children are entered before their parent is
// taken off, so an account that owes nothing is complete. Deliveries wait in one queue a task, in a
// worker's hands, or in the retry heap.
//
// Steady state allocates nothing per message. Work per delivery is constant.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/engine/handover.hpp"
#include "runtime/engine/ledger.hpp"
#include "runtime/engine/random.hpp"
#include "runtime/engine/ready_queue.hpp"
#include "runtime/engine/retry_heap.hpp"
#include "runtime/engine/settings.hpp"

namespace tempest::engine {

struct task_statistics {
  std::uint64_t inflow = 0;  // handed out
  std::uint64_t handled = 0; // succeeded
  std::uint64_t skipped = 0;
  std::uint64_t outflow = 0; // outputs of what succeeded
  std::uint64_t errors = 0;  // failed, rejected, timed out
  std::uint64_t retries = 0;
};

struct statistics {
  std::vector<task_statistics> tasks;
  std::uint64_t accepted = 0;
  std::uint64_t late_reports = 0; // for deliveries that were no longer the reporter's
};

class engine {
 public:
  explicit engine(engine_settings settings);

  // --- source
  // How many messages may be accepted now; 0 under back-pressure (G5) or once stopped.
  [[nodiscard]] std::size_t room() const;
  // How many bytes of payload may be accepted now.
  [[nodiscard]] std::size_t byte_room() const;
  // Opens an account for each message. All are taken, also beyond room(). Once stopped they are
  // returned at once. The batch's bytes are the engine's after the call; clear and reuse the batch.
  void accept(const incoming_batch& batch, time_ns now);
  // The source lost these: forgets them without a settlement; late reports are ignored.
  void withdraw(std::span<const std::uint64_t> tokens);

  // --- workers
  // Hands up to `max` queued deliveries of `task` to `worker`, appended to `out`, whose bytes and
  // paths are valid until the worker reports each or is released. Over max_pending_bytes only the
  // deepest non-empty queue is served. Returns how many.
  std::size_t take(task_id task, worker_id worker, std::size_t max, time_ns now,
                   std::vector<tempest_delivery>& out);
  // Enters what the worker did. Only what that worker holds counts; anything else is a late report.
  void report(worker_id worker, const report& done, time_ns now);
  // The worker is gone: what it held is queued again, nothing charged.
  void release(worker_id worker, time_ns now);
  // What a worker has begun, looked at now and then: what made no progress for msg_timeout has
  // failed.
  void observe(worker_id worker, std::span<const begun> running, time_ns now);
  // Queue length of a task, orphans of failed messages included.
  [[nodiscard]] std::size_t queued(task_id task) const { return queues_[task].size(); }
  // Tasks in the order in which to serve them: deepest first.
  [[nodiscard]] std::span<const task_id> serving_order() const { return order_; }
  // Whether the message of this delivery has failed or is going back, so that beginning it is of no
  // use.
  [[nodiscard]] bool cancelled(delivery_ref delivery) const;

  // --- time
  // Moves retries that are due to their queues.
  void tick(time_ns now);
  // When tick is needed next.
  [[nodiscard]] std::optional<time_ns> next_due() const { return retries_.next_due(); }

  // --- dead letters
  // The letter is confirmed: the message is acknowledged. Stale references are ignored.
  void dead_lettered(message_ref message);
  // It cannot be written before the end: the message goes back to its source.
  void return_dead_letter(message_ref message);

  // --- shutdown (G9)
  // Nothing more is begun: what is queued or retrying goes back to the source; what workers hold
  // may still be reported.
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }
  // Messages that are not settled yet.
  [[nodiscard]] std::size_t in_flight() const { return ledger_.accounts_open(); }
  [[nodiscard]] std::size_t retrying() const { return retrying_accounts_; }
  // Bytes counted against max_pending_bytes.
  [[nodiscard]] std::uint64_t bytes() const { return ledger_.bytes(); }

  // --- outcomes, to be fetched and cleared by the caller
  std::vector<settlement> settlements;
  std::vector<dead_letter> dead_letters;
  std::vector<incident> incidents;
  bool cancellations =
      false; // some message failed while workers hold deliveries of it: see cancelled()
  std::string stop_reason; // on_exhausted = stop: why; empty otherwise
  [[nodiscard]] const statistics& stats() const { return stats_; }

 private:
  struct failure {
    outcome what;
    std::string_view reason;
  };

  // accept.cpp
  void open_account(const incoming& message, time_ns now);
  // take.cpp
  void hand_out(std::uint32_t slot, worker_id worker, std::vector<tempest_delivery>& out);
  [[nodiscard]] bool may_serve(task_id task) const;
  // report.cpp
  void enter(worker_id worker, const engine_report& done, const result& one, time_ns now);
  void enter_success(std::uint32_t slot, const engine_report& done, const result& one);
  void add_children(std::uint32_t slot, const engine_report& done, const result& one);
  void requeue(std::uint32_t slot);
  void forget_held(std::uint32_t slot);
  // failure.cpp
  void enter_failure(std::uint32_t slot, const failure& why, time_ns now);
  void retry(std::uint32_t slot, const failure& why, time_ns now);
  void give_up(account_slot& account, task_id task, std::uint32_t attempts, std::string reason,
               time_ns now);
  void detach(std::uint32_t slot);
  void copy_out(delivery_slot& delivery);
  void copy_out(account_slot& account);
  // settle.cpp
  void pay(std::uint32_t account);
  void settle_if_done(std::uint32_t account);
  void finish_failed(std::uint32_t account);
  void settle(std::uint32_t account, tempest_outcome what);
  void write_dead_letter(std::uint32_t account);
  void update_retrying(account_slot& account);

  engine_settings settings_;
  std::vector<std::uint32_t> depth_;
  std::vector<task_id> order_;
  ledger ledger_;
  std::vector<ready_queue> queues_;
  retry_heap retries_;
  random random_;
  statistics stats_;
  std::size_t retrying_accounts_ = 0;
  bool stopped_ = false;
};

} // namespace tempest::engine
