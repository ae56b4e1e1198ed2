// How many entries to ask for at once, when nobody tells how large they are.
#pragma once

#include <algorithm>
#include <cstddef>

namespace redis {

// XREADGROUP counts entries and knows no limit in bytes, so no bound can be exact: a page is as
// large as its entries turn out to be. What can be bounded is their number. Each is taken to be as
// large as the largest seen lately, and never for less than `least_bytes`, however small they all
// were: so a stream whose entries grow a thousandfold from one to the next costs room /
// least_bytes of them once, and the page after that is small. With the room that a host has by
// default this holds back no page of an ordinary stream.
class page_size {
 public:
  static constexpr std::size_t first = 8; // entries, before any was seen
  static constexpr std::size_t least_bytes = std::size_t{64} << 10;
  // Of a page, however much room there is: it is here as a whole before its first entry is handed
  // over, beside all that the host holds already.
  static constexpr std::size_t page_bytes = std::size_t{16} << 20;

  explicit page_size(std::size_t most) : most_(most) {}

  // Takes note of a page that arrived.
  void saw(std::size_t entries, std::size_t largest_bytes) {
    // Up at once, down slowly: a page of small ones among large ones says little.
    seen_bytes_ = std::max({largest_bytes, seen_bytes_ - seen_bytes_ / 8, std::size_t{1}});
    ramp_ = std::max(entries, first / 2) * 2;
  }
  // What an entry that was asked for is taken to bring.
  [[nodiscard]] std::size_t entry_bytes() const { return std::max(seen_bytes_, least_bytes); }
  // Whether nothing large came lately, so that it is worth asking again before the answer is here.
  [[nodiscard]] bool small() const { return seen_bytes_ <= least_bytes; }
  // How many to ask for, given room for so many and so much: one at least.
  [[nodiscard]] std::size_t count(std::size_t messages, std::size_t bytes) const {
    const std::size_t fit = std::min(bytes / entry_bytes(), page_bytes / seen_bytes_);
    return std::max<std::size_t>(std::min({most_, ramp_, messages, fit}), 1);
  }

 private:
  std::size_t most_;
  std::size_t ramp_ = first;   // twice the last page
  std::size_t seen_bytes_ = 1; // the largest entry lately
};

} // namespace redis
