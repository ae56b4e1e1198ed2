// Times in which this process did not run: it was stopped, or its machine was. A handler is not to
// blame for them. Pure, of one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace tempest::base {

class pauses {
 public:
  // To be called often. Whoever looks comes round many times a second, so what is longer than
  // `longest_ns` between two looks was a pause.
  void look(std::int64_t now_ns) {
    if (looked_ns_ != 0 && now_ns - looked_ns_ > longest_ns) {
      known_.push_back({now_ns, now_ns - looked_ns_ - longest_ns});
      if (known_.size() > most_known) known_.pop_front();
    }
    looked_ns_ = now_ns;
  }
  // How much of the time since then is not to be counted.
  [[nodiscard]] std::int64_t within(std::int64_t since_ns) const {
    std::int64_t sum = 0;
    for (const pause& one : known_) {
      sum += std::clamp<std::int64_t>(one.end_ns - since_ns, 0, one.length_ns);
    }
    return sum;
  }

 private:
  static constexpr std::int64_t longest_ns = 1'000'000'000;
  static constexpr std::size_t most_known = 64;

  struct pause {
    std::int64_t end_ns;
    std::int64_t length_ns;
  };
  std::int64_t looked_ns_ = 0;
  std::deque<pause> known_;
};

} // namespace tempest::base
