// Lines that strangers can cause are bounded: a few, then one now and then that says how many were
// left out. Pure.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tempest::net {

class log_budget {
 public:
  // What to log now; nothing when there was enough lately.
  [[nodiscard]] std::optional<std::string> spend(std::string line, std::int64_t now_ns) {
    if (now_ns >= renewed_ns_) {
      renewed_ns_ = now_ns + period_ns;
      left_ = lines_a_period;
    }
    if (left_ == 0) {
      ++left_out_;
      return std::nullopt;
    }
    --left_;
    if (const auto more = std::exchange(left_out_, 0); more > 0) {
      line += fmt::format(" ({} lines like this one were left out before)", more);
    }
    return line;
  }

 private:
  static constexpr std::int64_t period_ns = 10'000'000'000;
  static constexpr int lines_a_period = 10;

  std::int64_t renewed_ns_ = 0;
  int left_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace tempest::net
