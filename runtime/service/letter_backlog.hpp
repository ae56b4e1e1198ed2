// Dead letters that wait for their sink, and whether they hold the topology up: their messages stay
// open, so enough of them end the reading of the source. Pure, one thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tempest::service {

class letter_backlog {
 public:
  // So long does none have to be written: a sink that is merely slow is no news.
  static constexpr std::int64_t held_up_after_ns = 1'000'000'000;

  void queued(std::size_t count, std::int64_t now_ns) {
    if (waiting_ == 0 && count > 0) none_since_ns_ = now_ns;
    waiting_ += count;
  }
  void answered(std::size_t count, std::int64_t now_ns) {
    if (count > 0) none_since_ns_ = now_ns;
    waiting_ -= count;
  }

  enum class news : std::uint8_t { none, holds_up, over };
  // To be asked now and then. `full`: there is no room to read from the source; `in_flight`: the
  // messages that take it, those of the letters included.
  [[nodiscard]] news look(bool full, std::size_t in_flight, std::int64_t now_ns) {
    if (holds_up_ && !full) {
      holds_up_ = false;
      return news::over;
    }
    const bool begins = !holds_up_ && full && waiting_ > 0 && 2 * waiting_ >= in_flight &&
                        now_ns - none_since_ns_ >= held_up_after_ns;
    if (!begins) return news::none;
    holds_up_ = true;
    return news::holds_up;
  }

  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] bool holds_up() const { return holds_up_; }
  // Since when they wait and none was written.
  [[nodiscard]] std::int64_t none_since_ns() const { return none_since_ns_; }

 private:
  std::size_t waiting_ = 0;
  std::int64_t none_since_ns_ = 0;
  bool holds_up_ = false;
};

} // namespace tempest::service
