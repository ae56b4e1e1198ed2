// Between the engine's thread and one worker's thread. The worker has at
// most two batches, of poll_count deliveries together: one in its hands and, as soon as part of
// that is reported, one waiting, so that it never waits for the engine. Buffers travel there and
// back and are used again; a hand-over costs at most one wake-up.
#pragma once

#include <tempest/abi.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "runtime/base/bell.hpp"
#include "runtime/base/doorbell.hpp"
#include "runtime/engine/handover.hpp"
#include "runtime/worker/batch_fit.hpp"

namespace tempest::worker {

class link final {
 public:
  enum class answer { work, idle, closed };

  // `poll_count`: most deliveries in the worker's hands; `engine_bell` outlives the link.
  link(std::uint32_t poll_count, base::bell& engine_bell);

  // --- worker's side
  // The next deliveries, valid until the next call of take. Waits until there are some,
  // `deadline_ns` has passed (idle), or there will never be any (closed). [worker thread]
  answer take(std::span<const tempest_delivery>& batch, std::int64_t deadline_ns);
  // Goes on with `hand`, what is left of what was taken, and appends what waits. [worker thread]
  answer take_more(std::vector<tempest_delivery>& hand);
  // Hands over results; `done` comes back empty, its memory to be used again. [any thread]
  void report(engine::worker_report& done);
  // Not 0 while the worker should begin nothing more of its batch: see tempest_batch::interrupt.
  [[nodiscard]] const std::uint32_t* interrupt() const { return &interrupt_; }
  // Raises that flag for the batch in hand, because the rest would take too long: another worker
  // may be free. [worker thread]
  void give_back_rest() { std::atomic_ref(interrupt_).store(1, std::memory_order_relaxed); }
  // How long one delivery takes, measured; so that batches fit: see batch_fit. [worker thread]
  void measured(std::int64_t ns_per_delivery) {
    ns_per_delivery_.store(ns_per_delivery, std::memory_order_relaxed);
  }

  // --- the engine's side; all [engine thread]
  // How many deliveries the worker can take now. `put_off`: how many of those in hand are deferred,
  // and keep it from nothing until there are poll_count of them.
  [[nodiscard]] std::size_t room(std::size_t put_off = 0);
  // How many it should have in hand at most, as fast as it is now.
  [[nodiscard]] std::size_t capacity(std::size_t put_off = 0) const;
  [[nodiscard]] bool is_full() const { return in_hand_ >= poll_count_; }
  // Deliveries handed over and not reported yet.
  [[nodiscard]] std::size_t in_hand() const { return in_hand_; }
  // Where to put the next batch before offer().
  [[nodiscard]] std::vector<tempest_delivery>& filling() { return filling_; }
  void offer();
  // Appends what was reported since; give each back with recycle() once entered.
  void collect(std::vector<engine::worker_report>& reports);
  void recycle(engine::worker_report& entered);
  // Takes back waiting deliveries that `useless` says yes to, and makes the worker return the rest
  // of its batch when one of those is in it.
  void cancel(const std::function<bool(engine::delivery_ref)>& useless,
              engine::worker_report& taken_back);
  // Whether the worker hangs, so that it is given nothing.
  void hangs(bool it_does) { hangs_ = it_does; }
  // No more work: take() returns closed once the waiting batch is gone.
  void close();
  // Calls `look` with the batch in the worker's hands, which stays as it is meanwhile.
  template <typename Look>
  void inspect(Look look) {
    const std::scoped_lock lock(mutex_);
    look(std::span<const tempest_delivery>(running_));
  }

 private:
  [[nodiscard]] std::size_t batch_size() const;
  [[nodiscard]] bool slow() const {
    return ns_per_delivery_.load(std::memory_order_relaxed) >= batch_fit::batch_ns;
  }

  const std::size_t poll_count_;
  base::bell& engine_bell_;
  base::doorbell worker_bell_;
  std::uint32_t interrupt_ = 0; // read by plugins with atomic loads
  std::atomic<std::int64_t> ns_per_delivery_{0};

  std::size_t in_hand_ = 0;               // engine's thread
  bool hangs_ = false;                    // engine's thread
  std::vector<tempest_delivery> filling_; // engine's thread
  std::mutex mutex_;
  std::vector<tempest_delivery> waiting_;
  std::vector<tempest_delivery> running_;      // changed by the worker, under the mutex
  std::vector<engine::worker_report> reports_; // to the engine
  std::vector<engine::worker_report> spare_;   // back to the worker
  bool closed_ = false;
};

} // namespace tempest::worker
