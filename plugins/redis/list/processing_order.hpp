// Where each element stands in a processing list, which only its consumer changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace redis::list {

// Elements are named by numbers that grow from one to the next. Pure.
class processing_order {
 public:
  [[nodiscard]] std::size_t size() const { return order_.size() - first_; }
  // One more at the end.
  void append(std::uint64_t number) { order_.push_back(number); }
  // The places of these, which are sorted; those that are not there are left out.
  void places(std::span<const std::uint64_t> numbers, std::vector<std::size_t>& into) const;
  // Takes these out, which are sorted. The work is that of the way from the oldest to the last of
  // them, since what is acknowledged is mostly what was read first.
  void erase(std::span<const std::uint64_t> numbers);
  void clear() {
    order_.clear();
    first_ = 0;
  }

 private:
  std::vector<std::uint64_t> order_;
  std::size_t first_ = 0; // those before it are gone
};

// What of an acknowledgement is a prefix of the list, and the places of the rest as they are when
// that is gone.
struct cut {
  std::size_t prefix = 0;
  std::span<const std::size_t> rest; // still counted from before
};
[[nodiscard]] cut cut_of(std::span<const std::size_t> places);

} // namespace redis::list
