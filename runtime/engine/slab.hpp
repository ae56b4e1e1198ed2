// Numbered slots that never move: grows by blocks, reuses freed slots, gives nothing back. So a
// slot may be pointed at while it lives, and steady state allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace tempest::engine {

inline constexpr std::uint32_t no_slot = 0xffffffff;

template <typename Slot>
class slab {
 public:
  [[nodiscard]] Slot& operator[](std::uint32_t index) {
    return blocks_[index >> block_bits][index & block_mask];
  }
  [[nodiscard]] const Slot& operator[](std::uint32_t index) const {
    return blocks_[index >> block_bits][index & block_mask];
  }
  // A free slot, as its last user left it (a new one: default).
  [[nodiscard]] std::uint32_t get() {
    ++used_;
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      return index;
    }
    if (size_ == blocks_.size() << block_bits) {
      blocks_.push_back(std::make_unique<Slot[]>(block_size));
      free_.reserve(blocks_.size() << block_bits);
    }
    return size_++;
  }
  void put(std::uint32_t index) {
    --used_;
    free_.push_back(index);
  }
  // Slots ever made: valid indexes are below it.
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t used() const { return used_; }

 private:
  static constexpr std::uint32_t block_bits = 10;
  static constexpr std::uint32_t block_size = 1u << block_bits;
  static constexpr std::uint32_t block_mask = block_size - 1;

  std::vector<std::unique_ptr<Slot[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t size_ = 0;
  std::uint32_t used_ = 0;
};

} // namespace tempest::engine
