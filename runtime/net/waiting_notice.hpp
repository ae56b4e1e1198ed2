// When to say that something is still waited for: at once, then at growing intervals. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tempest::net {

class waiting_notice {
 public:
  // Whether to say so now.
  [[nodiscard]] bool due(std::int64_t now_ns) {
    if (now_ns < next_ns_) return false;
    next_ns_ = now_ns + interval_ns_;
    interval_ns_ = std::min(2 * interval_ns_, longest_ns);
    return true;
  }
  // It is not waited for any more: the next time is the first.
  void over() { *this = {}; }

 private:
  static constexpr std::int64_t longest_ns = 600'000'000'000;

  std::int64_t next_ns_ = 0;
  std::int64_t interval_ns_ = 10'000'000'000;
};

} // namespace tempest::net
