// Deliveries that wait for their next attempt, earliest first; equal times in the order of entry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::engine {

class retry_heap {
 public:
  void push(time_ns due, delivery_ref delivery) {
    entries_.push_back({due, sequence_++, delivery});
    std::push_heap(entries_.begin(), entries_.end(), later);
  }
  // When the earliest is due. It may have been forgotten meanwhile: its generation tells.
  [[nodiscard]] std::optional<time_ns> next_due() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.front().due;
  }
  delivery_ref pop() {
    std::pop_heap(entries_.begin(), entries_.end(), later);
    const delivery_ref delivery = entries_.back().delivery;
    entries_.pop_back();
    return delivery;
  }

 private:
  struct entry {
    time_ns due;
    std::uint64_t sequence;
    delivery_ref delivery;
  };
  static bool later(const entry& a, const entry& b) {
    return a.due != b.due ? a.due > b.due : a.sequence > b.sequence;
  }

  std::vector<entry> entries_;
  std::uint64_t sequence_ = 0;
};

} // namespace tempest::engine
