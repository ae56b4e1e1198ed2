// What happens again and again, for a log: the same is told a few times in a window, then counted.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tempest::base {

// `Kind` is what makes two of them the same.
template <class Kind>
class repeats {
 public:
  static constexpr std::uint32_t told_of_the_same = 5; // in a window
  static constexpr std::size_t most_kinds = 64;        // that are told apart in a window
  static constexpr std::int64_t window_ns = 10'000'000'000;

  struct count {
    std::uint32_t told = 0;
    std::uint64_t untold = 0;
    std::string last_message; // of those

    [[nodiscard]] bool is_enough() const { return told >= told_of_the_same; }
    void leave_out(std::string_view message) {
      ++untold;
      last_message = message;
    }
  };

  // Of what is of one kind in this window. nullptr: there are too many kinds to tell them apart.
  [[nodiscard]] count* of(Kind wanted) {
    if (const auto known = counts_.find(wanted); known != counts_.end()) return &known->second;
    if (counts_.size() >= most_kinds) return nullptr;
    return &counts_[std::move(wanted)];
  }

  // Ends a window whose time is over: `tell(kind, count)` for what was left out of it.
  template <class Tell>
  void close_old(std::int64_t now_ns, Tell&& tell) {
    if (now_ns - start_ns_ < window_ns) return;
    close(tell);
    start_ns_ = now_ns;
  }
  // The same, whatever the time.
  template <class Tell>
  void close(Tell&& tell) {
    for (const auto& [what, how_often] : std::exchange(counts_, {})) {
      if (how_often.untold > 0) tell(what, how_often);
    }
  }

 private:
  std::int64_t start_ns_ = 0;
  std::map<Kind, count> counts_; // bounded
};

} // namespace tempest::base
