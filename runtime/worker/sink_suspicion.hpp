// Whom to blame for writes that broke off: a message, or what cuts connections by chance.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tempest::worker {

// How writes ended.
struct write_luck {
  std::uint64_t passed = 0; // they did not break off
  std::uint64_t cut = 0;    // they did, and it was not their message: it was written later
};

// How the writes to one sink ended, by size: what cuts connections hits long writes more often.
// [any thread]
class write_history {
 public:
  void passed(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    ++by_width_[width(bytes)].passed;
  }
  // A message of that size was written that had broken off alone so often.
  void was_cut(std::size_t bytes, std::uint32_t times) {
    const std::scoped_lock lock(mutex_);
    by_width_[width(bytes)].cut += times;
  }
  // Of those of about so many bytes and more.
  [[nodiscard]] write_luck from(std::size_t bytes) const {
    const std::scoped_lock lock(mutex_);
    write_luck sum;
    for (std::size_t i = width(bytes); i < by_width_.size(); ++i) {
      sum.passed += by_width_[i].passed;
      sum.cut += by_width_[i].cut;
    }
    return sum;
  }

 private:
  static std::size_t width(std::size_t bytes) {
    return static_cast<std::size_t>(std::bit_width(bytes));
  }
  mutable std::mutex mutex_;
  std::array<write_luck, 65> by_width_{};
};

// What is held against one message that waits. Connections may be cut again and again, and then
// some message is hit many times in a row: it is to blame only when chance, as others met it in the
// same time, cannot well have done that. A pure value, of one thread.
//
// What counts against it are tries in the same place: the first write of a fresh connection. What
// cuts, say, each second write would otherwise hit it each time that another was written before it.
class suspicion {
 public:
  enum class verdict {
    open,        // it, or the sink
    suspect,     // it seems to be the message: others got through meanwhile
    guilty,      // it is
    cannot_wait, // nothing is ever written: one of the two has to go
  };

  // It was in a write that broke off: from now on it is tried alone, so as to know. `bytes`: its
  // size.
  void broke_off(const write_history& sink, std::size_t bytes) {
    const std::uint64_t passed = sink.from(0).passed;
    if (!suspected_) {
      since_ = sink.from(bytes);
      counted_ = passed;
    }
    suspected_ = true;
    passed_ = passed;
  }
  // It was alone in it. `was_first`: of what was written since the sink was connected to.
  verdict broke_off_alone(const write_history& sink, std::size_t bytes, bool was_first) {
    const std::uint64_t passed = sink.from(0).passed;
    if (suspected_ && passed != passed_) {
      others_got_through_ = true;
      in_vain_ = 0;
    }
    if (suspected_ && was_first && passed != counted_) {
      ++against_;
      counted_ = passed;
    }
    broke_off(sink, bytes);
    first_is_next_ = !was_first;
    ++alone_;
    ++in_vain_;
    const write_luck all = sink.from(bytes);
    const write_luck lately{all.passed - since_.passed, all.cut - since_.cut};
    const double usual = std::max({0.5, chance_of_cuts(all, 1), chance_of_cuts(lately, 1)});
    const bool given_up = std::pow(usual, std::max(against_, in_vain_)) < believable;
    if (!others_got_through_) return given_up ? verdict::cannot_wait : verdict::open;
    guilty_ = guilty_ || given_up ||
              (against_ >= fewest && chance_of_cuts(lately, against_) < believable);
    return guilty_ ? verdict::guilty : verdict::suspect;
  }
  [[nodiscard]] bool suspected() const { return suspected_; }
  // Whether it is to be the first that is written to the next connection.
  [[nodiscard]] bool first_is_next() const { return first_is_next_; }
  // How often it broke off alone; of these, in a row, while nothing was written.
  [[nodiscard]] std::uint32_t alone() const { return alone_; }
  [[nodiscard]] std::uint32_t in_vain() const { return in_vain_; }

 private:
  static constexpr std::uint32_t fewest = 5;
  static constexpr double believable = 1e-7; // less is no chance

  // How likely the next so many writes are all cut, after this luck (Laplace's rule of succession).
  [[nodiscard]] static double chance_of_cuts(write_luck luck, std::uint32_t count) {
    const auto cut = static_cast<double>(luck.cut);
    const auto all = cut + static_cast<double>(luck.passed);
    double chance = 1;
    for (std::uint32_t i = 0; i < count; ++i) chance *= (cut + 1 + i) / (all + 2 + i);
    return chance;
  }

  bool suspected_ = false;
  bool guilty_ = false;
  bool first_is_next_ = false;
  bool others_got_through_ = false; // since it broke off once
  std::uint32_t alone_ = 0;
  std::uint32_t in_vain_ = 0;
  std::uint32_t against_ = 0; // of alone_: first, and others had got through since the one before
  write_luck since_;          // of others as large, when it broke off first
  std::uint64_t passed_ = 0;  // writes, when it broke off last
  std::uint64_t counted_ = 0; // writes, when one was counted last
};

} // namespace tempest::worker
