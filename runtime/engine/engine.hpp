// The heart: who still owes work for which message, what is handed to whom, and how each message
// ends. Pure: one thread, no clock, no I/O, no globals. The same calls with the same times and seed
// give the same decisions (G8).
//
// A message from the source opens an account. Every delivery of it (to the root, then one per
// output and child) is owed until its task reported. Children are entered before their parent is
// taken off, so an account that owes nothing is complete. A delivery waits in its task's queue, is
// in a worker's hands, or waits in the retry heap.
//
// Steady state allocates nothing per message. Work per delivery is constant.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/backoff.hpp"
#include "runtime/engine/chunk_holds.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/engine/left_messages.hpp"
#include "runtime/engine/ready_queue.hpp"
#include "runtime/engine/retry_heap.hpp"
#include "runtime/engine/settings.hpp"
#include "runtime/engine/slots.hpp"
#include "runtime/engine/statistics.hpp"
#include "runtime/engine/suspicions.hpp"

namespace tempest::engine {

class engine {
 public:
  // Chunks that the engine is given must outlive it, as must their pool.
  explicit engine(engine_settings settings);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // --- source
  // How many messages may be accepted now; 0 under back-pressure (G5) or once stopped.
  [[nodiscard]] std::size_t room() const;
  // How many bytes of messages (metadata.hpp) may be accepted now.
  [[nodiscard]] std::size_t byte_room() const;
  // Opens an account for each message. All are taken, also beyond room(). Once stopped they are
  // returned at once. The engine takes its own hold of the chunks; clear and reuse the batch.
  void accept(const incoming_batch& batch, time_ns now);
  // The source lost these: forgets them without a settlement; late reports are ignored. Looks at
  // every open account: a rare event.
  void withdraw(std::span<const std::uint64_t> tokens);
  // Appends the tokens of all open messages, whose leases are to be renewed; without those that the
  // source lost. Looks at every open account: a rare event.
  void open_tokens(std::vector<std::uint64_t>& out) const;
  // What is known of messages before they are handed over.
  void suspect(const suspicion& known) {
    suspicions_.add(known.message, known.task, known.charged);
  }
  // All that is known now; it changed when its version did.
  [[nodiscard]] const suspicions& suspected() const { return suspicions_; }
  // Messages of which something was known, whose dead letters are on their way.
  [[nodiscard]] std::size_t letters_of_suspects() const { return letters_of_suspects_; }
  // Appends the suspects that are here, with the attempts that are used up. Looks at every
  // delivery.
  void suspects_here(std::vector<suspicion>& out) const;

  // --- workers
  // Hands up to `max` queued deliveries of `task` to `worker`, appended to `out`; their bytes and
  // paths are valid until the worker reports each or is released. Over max_pending_bytes only the
  // deepest non-empty queue is served. No more than `max_bytes` of messages, but for the first
  // of them. Returns how many.
  std::size_t take(task_id task, worker_id worker, std::size_t max,
                   std::vector<tempest_delivery>& out,
                   std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());
  // Enters what the worker did. Only what that worker holds counts; anything else is a late report.
  void report(worker_id worker, const worker_report& done, time_ns now);
  // The worker is gone: what it held is queued again, nothing charged. What one that was lost held
  // is suspect from now on; when it held a suspect, alone, and was heard to have begun it
  // (observe), that attempt has failed. Looks at every delivery.
  void release(worker_id worker, departure how, time_ns now);
  // Takes deliveries from a worker that hangs: failed, or returned to be done by another one. As
  // report(), but their bytes stay until that worker reports them, late, or is released.
  void take_away(worker_id worker, const worker_report& done, time_ns now);
  // What a worker has begun, looked at now and then: what made no progress for msg_timeout failed.
  void observe(worker_id worker, std::span<const begun> running, time_ns now);
  [[nodiscard]] std::size_t queued(task_id task) const { return queues_[task].size(); }
  // Whether take() would hand out deliveries of that task.
  [[nodiscard]] bool serves(task_id task) const;
  // --- suspects: each is handed out alone, with nothing else in its process (quarantine.hpp)
  [[nodiscard]] std::size_t suspects(task_id task) const { return suspects_[task].size(); }
  [[nodiscard]] bool has_suspects() const {
    return std::any_of(suspects_.begin(), suspects_.end(),
                       [](const ready_queue& one) { return !one.empty(); });
  }
  // Whether take_suspect() would hand one out.
  [[nodiscard]] bool serves_suspects(task_id task) const;
  // As take(), of one suspect; whether there was one.
  bool take_suspect(task_id task, worker_id worker, std::vector<tempest_delivery>& out);
  // Whether the result of that delivery, in a worker's hands, would count.
  [[nodiscard]] bool awaits(delivery_ref delivery) const;
  // Whether that of any in the hands of this worker would. Looks at every delivery.
  [[nodiscard]] bool awaits_any(worker_id worker) const;

  // Tasks in the order in which to serve them: deepest first.
  [[nodiscard]] std::span<const task_id> serving_order() const { return order_; }
  // Whether beginning this delivery is of no use: its message failed, goes back or was withdrawn.
  [[nodiscard]] bool cancelled(delivery_ref delivery) const;

  // Appends what workers hold and has become so since the last call. Looks at every delivery: a
  // rare event.
  void called_off(std::vector<held_delivery>& out);
  // Bytes of the key and headers of a delivery in a worker's hands, which its outputs may inherit;
  // 0 when it is not awaited any more.
  [[nodiscard]] std::uint64_t inherited_bytes(delivery_ref delivery) const;
  // Whether outputs of that delivery, which the worker has in its hands, would go on to the next
  // tasks; then `as_given` is what it was given, valid as take() says.
  [[nodiscard]] bool goes_on(worker_id worker, delivery_ref delivery,
                             tempest_delivery& as_given) const;
  // The id of the message of a delivery in a worker's hands; empty when it is not awaited any more.
  [[nodiscard]] std::string_view message_id(delivery_ref delivery) const;

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

  // --- shutdown (G9), and a rest while some task has nobody who works for it
  // Nothing more is begun: what is queued or retrying goes back to the source; what workers hold
  // may still be reported.
  void stop();
  // Goes on after stop(). What was to go back still does.
  void resume() { stopped_ = false; }
  // Messages that are not settled yet.
  [[nodiscard]] std::size_t in_flight() const { return accounts_.used(); }
  // Whether a message failed for good and was left to its source, and none of its later hand-overs
  // ended well.
  [[nodiscard]] bool left_any() const { return left_.any(); }
  // Which of them was accepted first. Looks at every account: now and then.
  [[nodiscard]] std::optional<oldest_message> oldest() const;
  [[nodiscard]] bool is_in_flight(message_ref message) const;
  // Messages whose open deliveries all wait for their next attempt.
  [[nodiscard]] std::size_t retrying() const { return retrying_accounts_; }
  // Bytes counted against max_pending_bytes.
  [[nodiscard]] std::uint64_t bytes() const { return holds_.bytes(); }
  // Deliveries known, those in workers' hands that nobody awaits included.
  [[nodiscard]] std::size_t deliveries() const { return deliveries_.used(); }

  // --- for people
  // Looks at the next `most` places and appends what is in flight there; `at` says where to go on.
  // Whether that was the end: a delivery that has been there all the while has been seen once by
  // then; a message that moves on meanwhile may be seen twice, or not at all.
  bool look(look_cursor& at, std::uint32_t most, std::vector<sighting>& out) const;

  // --- outcomes, to be fetched and cleared by the caller
  std::vector<settlement> settlements;
  std::vector<failure_count> failure_counts; // to be told before the settlements
  std::vector<ended_suspect> ended_suspects; // those that were charged; settled, not returned
  std::vector<dead_letter> dead_letters;
  std::vector<incident> incidents;     // the first of them; see incidents_omitted
  std::uint64_t incidents_omitted = 0; // how many more there were since the last fetch
  bool cancellations = false; // workers hold deliveries that became useless: see cancelled()
  std::string stop_reason;    // on_exhausted = stop: why; empty otherwise
  [[nodiscard]] const statistics& stats() const { return stats_; }

 private:
  struct failure {
    failure_kind how;
    std::string_view reason;
  };

  // graph.cpp
  void order_tasks();
  // accept.cpp
  void open_account(const incoming& message, time_ns now);
  [[nodiscard]] std::uint32_t new_delivery(std::uint32_t account, task_id task);
  // Failures of an earlier hand-over count, yet every hand-over is good for one attempt.
  [[nodiscard]] std::uint32_t first_attempt(const account_slot& account, task_id task) const {
    if (account.failures_before == 0) return 1;
    return std::min(account.failures_before + 1, settings_.tasks[task].policy.attempts);
  }
  [[nodiscard]] std::uint32_t* path_room(std::uint32_t slot);
  void enqueue(std::uint32_t slot, delivery_slot& waiting) {
    waiting.state = delivery_state::queued;
    queue_of(waiting).push_back({slot, waiting.generation});
  }
  void enqueue_new(std::uint32_t slot, delivery_slot& made, const account_slot& account) {
    if (account.suspected) begin_suspected(made, account);
    enqueue(slot, made);
  }
  void begin_suspected(delivery_slot& made, const account_slot& account) const;
  [[nodiscard]] bool handed_over_too_often(const incoming& message) const;
  [[nodiscard]] bool worn_out_before(std::uint32_t account, time_ns now);
  // take.cpp
  [[nodiscard]] bool may_serve(task_id task) const;
  [[nodiscard]] ready_queue& queue_of(const delivery_slot& waiting) {
    return (waiting.suspect ? suspects_ : queues_)[waiting.task];
  }
  void hand_out(std::uint32_t slot, worker_id worker, tempest_delivery& out); // `out` is empty
  void describe(std::uint32_t slot, tempest_delivery& out) const;             // as is this one
  // report.cpp
  [[nodiscard]] bool holds(worker_id worker, delivery_ref delivery) const;
  [[nodiscard]] static failure failure_of(const worker_report& done, const result& one);
  void enter(worker_id worker, const worker_report& done, const result& one, time_ns now);
  void enter_success(std::uint32_t slot, delivery_slot& delivery, account_slot& account,
                     const worker_report& done, const result& one);
  void take_back(std::uint32_t slot);
  void lose(std::uint32_t slot, time_ns now);
  void forget_unbegun(std::uint32_t slot);
  void let_go(delivery_slot& delivery, account_slot& account);
  // children.cpp
  void add_children(std::uint32_t parent, const output* outputs, std::uint32_t count);
  void add_child(const delivery_slot& parent, task_id task, const output& from,
                 std::uint32_t ordinal);
  void become_child(std::uint32_t slot, delivery_slot& parent, task_id task, const output& from,
                    std::uint32_t ordinal);
  void replace_content(delivery_slot& delivery, const output& from);
  // failure.cpp
  void enter_failure(std::uint32_t slot, const failure& why, time_ns now);
  void retry(std::uint32_t slot, const failure& why, time_ns now);
  void time_out(std::uint32_t slot, time_ns now);
  [[nodiscard]] std::uint32_t split_off(std::uint32_t slot);
  void give_up(std::uint32_t account, failure_record record);
  void count_failure(account_slot& account, std::uint32_t failures);
  void note(incident::kind what, const account_slot& account, const failure_record& why,
            time_ns next_try, const char* action);
  // look.cpp
  void look_at_delivery(std::uint32_t slot, std::vector<sighting>& out) const;
  void look_for_letter(std::uint32_t index, std::vector<sighting>& out) const;
  // copy_out.cpp
  void copy_out(delivery_slot& delivery);
  void copy_out(account_slot& account);
  void keep_id(delivery_slot& delivery, const account_slot& account);
  // settle.cpp
  void forget_delivery(std::uint32_t slot);
  void unlink(delivery_slot& delivery, account_slot& account);
  void free_delivery(std::uint32_t slot);
  void detach(std::uint32_t slot);
  void drop_unbegun(std::uint32_t account);
  void settle_if_done(std::uint32_t index) { settle_if_done(index, accounts_[index]); }
  void settle_if_done(std::uint32_t index, const account_slot& account) {
    if (account.state != account_state::running) {
      end_early(index);
    } else if (account.open == 0) {
      settle(index, TEMPEST_ACK);
    }
  }
  void end_early(std::uint32_t account);
  void finish_failed(std::uint32_t account);
  void write_dead_letter(std::uint32_t account);
  void settle(std::uint32_t account, tempest_outcome what);
  void end_suspicion(const account_slot& account);
  void close_account(std::uint32_t index, account_slot& account);
  void count_retrying(account_slot& account);
  [[nodiscard]] bool current(message_ref message) const;

  engine_settings settings_;
  std::vector<task_id> order_;
  std::uint32_t longest_path_ = 0;
  std::vector<std::unique_ptr<std::uint32_t[]>> paths_; // what delivery_slot::path points at
  base::chunk_pool copies_;                             // of what waits long
  chunk_holds holds_;
  slab<account_slot> accounts_;
  slab<delivery_slot> deliveries_;
  slab<failure_record> failures_;
  std::vector<ready_queue> queues_;
  std::vector<ready_queue> suspects_;
  suspicions suspicions_;
  retry_heap retries_;
  random random_;
  std::uint32_t most_attempts_ = 0; // of any task's policy
  statistics stats_;
  left_messages left_;
  std::size_t retrying_accounts_ = 0;
  std::size_t letters_of_suspects_ = 0;
  bool stopped_ = false;
};

} // namespace tempest::engine
