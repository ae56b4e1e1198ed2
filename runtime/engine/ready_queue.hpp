// The deliveries of one task that wait to be handed out: first in, first out, linked through their
// slots.
#pragma once

#include <cstdint>

#include "runtime/engine/slots.hpp"

namespace tempest::engine {

class ready_queue {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  void push_back(slab<delivery_slot>& slots, std::uint32_t index) {
    delivery_slot& added = slots[index];
    added.queue_next = no_slot;
    added.queue_previous = last_;
    (last_ == no_slot ? first_ : slots[last_].queue_next) = index;
    last_ = index;
    ++size_;
  }
  // For what comes back unbegun: it takes its place again.
  void push_front(slab<delivery_slot>& slots, std::uint32_t index) {
    delivery_slot& added = slots[index];
    added.queue_previous = no_slot;
    added.queue_next = first_;
    (first_ == no_slot ? last_ : slots[first_].queue_previous) = index;
    first_ = index;
    ++size_;
  }
  // Not for an empty queue.
  std::uint32_t pop_front(slab<delivery_slot>& slots) {
    const std::uint32_t index = first_;
    remove(slots, index);
    return index;
  }
  void remove(slab<delivery_slot>& slots, std::uint32_t index) {
    const delivery_slot& gone = slots[index];
    (gone.queue_previous == no_slot ? first_ : slots[gone.queue_previous].queue_next) =
        gone.queue_next;
    (gone.queue_next == no_slot ? last_ : slots[gone.queue_next].queue_previous) =
        gone.queue_previous;
    --size_;
  }

 private:
  std::uint32_t first_ = no_slot;
  std::uint32_t last_ = no_slot;
  std::size_t size_ = 0;
};

} // namespace tempest::engine
