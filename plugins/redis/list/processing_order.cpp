#include "plugins/redis/list/processing_order.hpp"

#include <algorithm>

namespace redis::list {

void processing_order::places(std::span<const std::uint64_t> numbers,
                              std::vector<std::size_t>& into) const {
  into.clear();
  const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first_);
  auto at = begin;
  for (const std::uint64_t number : numbers) {
    if (at == order_.end()) return;
    // Mostly it is the next one.
    if (*at != number) at = std::lower_bound(at, order_.end(), number);
    if (at == order_.end() || *at != number) continue;
    into.push_back(static_cast<std::size_t>(at - begin));
    ++at;
  }
}

void processing_order::erase(std::span<const std::uint64_t> numbers) {
  std::size_t kept = first_;
  std::size_t at = first_;
  for (std::size_t next = 0; at < order_.size() && next < numbers.size(); ++at) {
    while (next < numbers.size() && numbers[next] < order_[at]) ++next;
    if (next < numbers.size() && numbers[next] == order_[at]) {
      ++next;
    } else {
      order_[kept++] = order_[at];
    }
  }
  const auto begin = order_.begin();
  std::move_backward(begin + static_cast<std::ptrdiff_t>(first_),
                     begin + static_cast<std::ptrdiff_t>(kept),
                     begin + static_cast<std::ptrdiff_t>(at));
  first_ += at - kept;
  if (first_ * 2 > order_.size()) {
    order_.erase(begin, begin + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

cut cut_of(std::span<const std::size_t> places) {
  std::size_t prefix = 0;
  while (prefix < places.size() && places[prefix] == prefix) ++prefix;
  return {prefix, places.subspan(prefix)};
}

} // namespace redis::list
