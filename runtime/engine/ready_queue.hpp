// The deliveries of one task that wait to be handed out: first in, first out. A ring of references;
// one whose delivery was forgotten meanwhile stays in it until it is met, and its generation tells.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "runtime/engine/slots.hpp"

namespace tempest::engine {

class ready_queue {
 public:
  [[nodiscard]] std::size_t size() const { return waiting_; }
  [[nodiscard]] bool empty() const { return waiting_ == 0; }

  void push_back(delivery_ref added) {
    if (used_ == ring_.size()) grow();
    ring_[place(used_++)] = added;
    ++waiting_;
  }
  // For what comes back unbegun: it takes its place again.
  void push_front(delivery_ref added) {
    if (used_ == ring_.size()) grow();
    first_ = place(ring_.size() - 1);
    ring_[first_] = added;
    ++used_;
    ++waiting_;
  }
  // The slot of the first. Not for an empty queue, as the next one.
  [[nodiscard]] std::uint32_t front(const slab<delivery_slot>& slots) {
    for (;;) {
      const delivery_ref next = ring_[first_];
      if (slots[next.slot].generation == next.generation) return next.slot;
      first_ = place(1); // forgotten
      --used_;
    }
  }
  // After front(), which found it.
  void pop_front() {
    first_ = place(1);
    --used_;
    --waiting_;
  }
  // One of them is forgotten: its generation has just passed on.
  void forgot_one(const slab<delivery_slot>& slots) {
    --waiting_;
    if (used_ > 2 * waiting_ + 64) sweep(slots);
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t offset) const {
    return (first_ + offset) & (ring_.size() - 1);
  }
  void grow() {
    std::vector<delivery_ref> larger(std::max<std::size_t>(64, 2 * ring_.size()));
    for (std::size_t i = 0; i < used_; ++i) larger[i] = ring_[place(i)];
    ring_.swap(larger);
    first_ = 0;
  }
  // So that what nobody takes cannot fill the ring with forgotten ones.
  void sweep(const slab<delivery_slot>& slots) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < used_; ++i) {
      const delivery_ref one = ring_[place(i)];
      if (slots[one.slot].generation == one.generation) ring_[place(kept++)] = one;
    }
    used_ = kept;
  }

  std::vector<delivery_ref> ring_; // a power of two
  std::size_t first_ = 0;
  std::size_t used_ = 0;    // the forgotten included
  std::size_t waiting_ = 0; // without them
};

} // namespace tempest::engine
