// What is in hand, and under which token.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "plugins/redis/settlement.hpp"

namespace redis {

enum class holding : std::uint8_t {
  none,
  read,     // read, not handed over yet
  open,     // handed over
  settling, // its outcome is on its way to the server
  returning // goes back to the server without having been handed over
};

// `Name` is what the server calls it.
template <typename Name>
struct holding_slot {
  Name id;
  std::uint32_t generation = 0;
  holding state = holding::none;
  bool repeated = false; // its acknowledgement was sent before, over a connection that broke
};

inline constexpr unsigned tag_bits = 6;

// Of several tables that give tokens to one host, which one this token is of.
[[nodiscard]] inline std::uint32_t tag_of(token of) {
  return static_cast<std::uint32_t>(of) >> (32 - tag_bits);
}

// A table of slots used again and again; a token is the table's tag, a slot's index and its
// generation, so a token is never given twice. Constant work per entry, no allocation once grown.
// Not thread-safe.
template <typename Name, typename Slot = holding_slot<Name>>
class basic_ledger {
 public:
  using slot = Slot;

  explicit basic_ledger(std::uint32_t tag = 0) : tag_(tag << (32 - tag_bits)) {}

  // A new token, in state `read`.
  token add(const Name& id) {
    std::uint32_t index = 0;
    if (free_.empty()) {
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    slot& one = slots_[index];
    one.id = id;
    one.state = holding::read;
    one.repeated = false;
    ++one.generation;
    return name(index);
  }
  // The slot of a token that is in hand, else nullptr.
  [[nodiscard]] const slot* find(token of) const {
    const std::uint32_t index = static_cast<std::uint32_t>(of) ^ tag_;
    if (index >= slots_.size()) return nullptr;
    const slot& one = slots_[index];
    const bool held = one.state != holding::none && one.generation == of >> 32;
    return held ? &one : nullptr;
  }
  [[nodiscard]] slot* find(token of) { return const_cast<slot*>(std::as_const(*this).find(of)); }
  void erase(token of) {
    if (slot* const one = find(of)) {
      one->state = holding::none;
      free_.push_back(static_cast<std::uint32_t>(of) ^ tag_);
    }
  }
  [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }
  // The tokens in hand, for walks that change the table.
  void tokens(std::vector<token>& into) const {
    into.clear();
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
      if (slots_[index].state != holding::none) into.push_back(name(index));
    }
  }
  // The names of what is in hand, sorted.
  void ids(std::vector<Name>& into) const {
    into.clear();
    for (const slot& one : slots_) {
      if (one.state != holding::none) into.push_back(one.id);
    }
    std::sort(into.begin(), into.end());
  }

 private:
  [[nodiscard]] token name(std::uint32_t index) const {
    return token{slots_[index].generation} << 32 | tag_ | index;
  }

  std::uint32_t tag_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
};

} // namespace redis
