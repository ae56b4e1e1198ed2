// Lines that strangers can cause are bounded: a few, fewer with the same reason, then one now and
// then that says how many were left out. Pure.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tempest::net {

class log_budget {
 public:
  // What to log now; nothing when there was enough lately, of all or of this reason.
  [[nodiscard]] std::optional<std::string> spend(std::string line, std::string_view reason,
                                                 std::int64_t now_ns) {
    if (now_ns >= renewed_ns_) {
      renewed_ns_ = now_ns + period_ns;
      left_ = lines_a_period;
      by_reason_.clear();
    }
    const auto known = by_reason_.find(reason);
    if (left_ == 0 || (known != by_reason_.end() && known->second == lines_a_reason)) {
      ++left_out_;
      return std::nullopt;
    }
    --left_;
    ++by_reason_[std::string(reason)];
    if (const auto more = std::exchange(left_out_, 0); more > 0) {
      line += fmt::format(" ({} lines like this one were left out before)", more);
    }
    return line;
  }

 private:
  static constexpr std::int64_t period_ns = 10'000'000'000;
  static constexpr int lines_a_period = 20;
  static constexpr int lines_a_reason = 5; // whoever asks again and again hides nobody else

  std::int64_t renewed_ns_ = 0;
  int left_ = 0;
  std::map<std::string, int, std::less<>> by_reason_; // as many as lines were written
  std::uint64_t left_out_ = 0;
};

} // namespace tempest::net
