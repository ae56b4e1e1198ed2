// How many results of finished deliveries a peer may not have: reports are remembered by where they
// end in the stream, until the peer has taken them. Pure. For this room alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tempest::net {

class said_results {
 public:
  // A report with so many results ends `end` bytes after the start. `arrived` tells how many bytes
  // the peer has taken: it is asked now and then, so that what it has is forgotten.
  template <typename Arrived>
  void add(std::uint64_t end, std::uint64_t results, const Arrived& arrived) {
    if (results == 0) return;
    parts_.push_back({end, results});
    if (parts_.size() < look_at_) return;
    forget(arrived());
    look_at_ = std::max(often_enough, 2 * parts_.size());
  }

  // Results of reports that do not lie within the first `arrived` bytes.
  [[nodiscard]] std::uint64_t beyond(std::uint64_t arrived) const {
    std::uint64_t results = 0;
    for (const part& one : parts_) results += one.end > arrived ? one.results : 0;
    return results;
  }

  // Reports that are remembered.
  [[nodiscard]] std::size_t remembered() const { return parts_.size(); }

 private:
  static constexpr std::size_t often_enough = 1024;

  struct part {
    std::uint64_t end;
    std::uint64_t results;
  };

  void forget(std::uint64_t arrived) {
    std::erase_if(parts_, [arrived](const part& one) { return one.end <= arrived; });
  }

  std::vector<part> parts_;
  std::size_t look_at_ = often_enough;
};

} // namespace tempest::net
