// Which stream entries are in hand, and under which token.
#pragma once

#include <cstdint>
#include <vector>

#include "plugins/redis/stream_id.hpp"

namespace redis_stream {

using token = std::uint64_t;

enum class holding : std::uint8_t {
  none,
  read,    // read, not handed over yet
  open,    // handed over
  settling // its outcome is on its way to the server
};

struct holding_slot {
  stream_id id;
  std::uint32_t generation = 0;
  holding state = holding::none;
  bool repeated = false; // its acknowledgement was sent before, over a connection that broke
};

// A table of slots used again and again; a token is a slot's index and its generation, so a token
// is never given twice. Constant work per entry, no allocation once grown. Not thread-safe.
class ledger {
 public:
  // A new token for an entry, in state `read`.
  token add(const stream_id& id) {
    std::uint32_t index = 0;
    if (free_.empty()) {
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    holding_slot& slot = slots_[index];
    slot.id = id;
    slot.state = holding::read;
    slot.repeated = false;
    return token{++slot.generation} << 32 | index;
  }
  // The slot of a token that is in hand, else nullptr.
  [[nodiscard]] holding_slot* find(token of) {
    const auto index = static_cast<std::uint32_t>(of);
    if (index >= slots_.size()) return nullptr;
    holding_slot& slot = slots_[index];
    const bool held = slot.state != holding::none && slot.generation == of >> 32;
    return held ? &slot : nullptr;
  }
  void erase(token of) {
    if (holding_slot* const slot = find(of)) {
      slot->state = holding::none;
      free_.push_back(static_cast<std::uint32_t>(of));
    }
  }
  [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }
  // The tokens in hand, for walks that change the table.
  void tokens(std::vector<token>& into) const {
    into.clear();
    for (std::size_t index = 0; index < slots_.size(); ++index) {
      const holding_slot& slot = slots_[index];
      if (slot.state != holding::none) into.push_back(token{slot.generation} << 32 | index);
    }
  }
  // The ids in hand, sorted.
  void ids(std::vector<stream_id>& into) const;

 private:
  std::vector<holding_slot> slots_;
  std::vector<std::uint32_t> free_;
};

} // namespace redis_stream
