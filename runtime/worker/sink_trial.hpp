// What a sink is trusted with after it was lost while it was written to, and whom to blame for a
// write that broke off. Pure values, of one thread.
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

// What is held against one message that waits.
class suspicion {
 public:
  enum class verdict {
    open,        // it or the sink
    guilty,      // others were written meanwhile
    cannot_wait, // nothing is ever written: one of the two has to go
  };

  // It was in a write that broke off: from now on it is tried alone, so as to know. `written`: how
  // many messages the sink has written by now.
  void broke_off(std::uint64_t written) {
    suspected_ = true;
    written_ = written;
  }
  // It was alone in it.
  verdict broke_off_alone(std::uint64_t written) {
    guilty_ = guilty_ || (suspected_ && written != written_);
    ++alone_;
    broke_off(written);
    if (guilty_) return verdict::guilty;
    return alone_ >= patience ? verdict::cannot_wait : verdict::open;
  }
  [[nodiscard]] bool suspected() const { return suspected_; }

 private:
  static constexpr std::uint32_t patience = 10;

  bool suspected_ = false;
  bool guilty_ = false;
  std::uint32_t alone_ = 0; // how often it was alone
  std::uint64_t written_ = 0;
};

} // namespace tempest::worker
