// Whether to say that a limit is reached: once each time that it is. One that comes and goes is the
// same time; it is over once the limit was out of reach for a while. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace tempest::service {

class limit_notice {
 public:
  static constexpr std::int64_t over_after_ns = 60'000'000'000;

  // To be told now and then; true when it is to be said now.
  [[nodiscard]] bool tell(bool reached, std::int64_t now_ns) {
    if (!reached) return false;
    const bool again = last_ && now_ns - *last_ < over_after_ns;
    last_ = now_ns;
    return !again;
  }

 private:
  std::optional<std::int64_t> last_; // when it was reached
};

} // namespace tempest::service
