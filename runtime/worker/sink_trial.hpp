// What a sink is trusted with after it was lost while it was written to. A pure value, of one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace tempest::worker {

// How many messages are tried at once: one after a failure, then ever more. A sink that takes a few
// now and then is not well: only a whole batch, or a second, without a failure ends its trial.
class sink_trial {
 public:
  [[nodiscard]] bool on() const { return at_once_ != unlimited; }
  [[nodiscard]] std::size_t at_once() const { return at_once_; }

  // It takes nothing now, or the write broke off.
  void failed() {
    at_once_ = 1;
    has_written_ = false;
  }
  void wrote(std::size_t count, std::int64_t now_ns) {
    if (!on()) return;
    if (!has_written_) good_since_ns_ = now_ns;
    has_written_ = true;
    if (count >= at_once_) at_once_ *= 2;
  }
  // Whether it can be believed.
  [[nodiscard]] bool passed(std::int64_t now_ns) const {
    return on() && has_written_ && (at_once_ > whole_batch || now_ns - good_since_ns_ >= good_ns);
  }
  void end() { at_once_ = unlimited; }

 private:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t whole_batch = 64;
  static constexpr std::int64_t good_ns = 1'000'000'000;

  std::size_t at_once_ = unlimited;
  bool has_written_ = false; // since the last failure
  std::int64_t good_since_ns_ = 0;
};

} // namespace tempest::worker
