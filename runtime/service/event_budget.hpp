// How many events may be told now, so that it is never more than so many a second. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tempest::service {

// A token bucket that holds what a second brings, and is full at first.
class event_budget {
 public:
  event_budget(std::size_t a_second, std::int64_t now_ns)
      : most_(a_second),
        each_ns_(1'000'000'000 / static_cast<std::int64_t>(a_second)),
        left_(a_second),
        counted_ns_(now_ns) {}

  [[nodiscard]] std::size_t left(std::int64_t now_ns) {
    const std::int64_t earned = (now_ns - counted_ns_) / each_ns_;
    counted_ns_ += earned * each_ns_;
    left_ = std::min(most_, left_ + static_cast<std::size_t>(earned));
    return left_;
  }
  // At most as many as there were left.
  void spend(std::size_t events) { left_ -= events; }

 private:
  std::size_t most_;
  std::int64_t each_ns_; // of one
  std::size_t left_;
  std::int64_t counted_ns_;
};

} // namespace tempest::service
