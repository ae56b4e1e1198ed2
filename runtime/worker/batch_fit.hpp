// How large batches should be, from how long they took. A batch costs something of its own (a round
// trip, a transaction) and something for each delivery in it. Only the second speaks against large
// ones, since with it the last delivery waits for all others: were the first held against them too,
// what is far away would end in batches of one, each as slow as a thousand.
//
// Both are told apart by a straight line through the batches of late (least squares, the older the
// lighter), which takes batches of several sizes; when there were none, it asks for some. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tempest::worker {

class batch_fit {
 public:
  static constexpr std::int64_t batch_ns = 10'000'000; // of handling that a batch may always hold

  // A batch of `count` deliveries, 1 at least, took `ns`.
  void add(std::size_t count, std::int64_t ns) noexcept {
    const auto n = static_cast<double>(count);
    const auto t = static_cast<double>(std::max<std::int64_t>(ns, 1));
    const line before = through();
    const double expected = before.own + before.each * n;
    if (weight_ > 0 && t > surprise * std::max(expected, double{batch_ns})) *this = {};
    largest_ = std::max(n, keep * largest_);
    weight_ = keep * weight_ + 1;
    counts_ = keep * counts_ + n;
    times_ = keep * times_ + t;
    squares_ = keep * squares_ + n * n;
    products_ = keep * products_ + n * t;
  }

  // What a delivery took of late, its part of what the batch cost included. 0 before any batch.
  [[nodiscard]] std::int64_t average_ns() const noexcept {
    return weight_ == 0 ? 0 : whole(times_ / counts_);
  }

  // What a delivery is to be reckoned with when batches are to hold about batch_ns of them: at most
  // what it took on average, less when more of them at once would cost little. 0 before any batch.
  [[nodiscard]] std::int64_t ns_per_delivery() const noexcept {
    if (weight_ == 0) return 0;
    const double average = times_ / counts_;
    if (average * largest_ <= batch_ns / 2.0) return whole(average);
    if (!has_line()) return whole(std::min(average, to_find_out()));
    const auto [own, each] = through();
    // Where a batch's own part is longer than batch_ns, as much again of handling is well spent.
    const double reckoned = each * std::min(1.0, double{batch_ns} / std::max(own, 1.0));
    return whole(std::clamp(reckoned, std::min(average, batch_ns / (2 * largest_)), average));
  }

 private:
  struct line { // ns
    double own = 0;
    double each = 0;
  };
  static constexpr double keep = 0.875;        // of the weight of a batch, with each that follows
  static constexpr double least_spread = 1e-3; // of sizes, for a line
  static constexpr double surprise = 4; // times as long as expected: what was before counts no more

  [[nodiscard]] double spread() const noexcept { return weight_ * squares_ - counts_ * counts_; }
  [[nodiscard]] bool has_line() const noexcept {
    return spread() >= least_spread * weight_ * squares_;
  }
  [[nodiscard]] line through() const noexcept {
    if (weight_ == 0) return {};
    if (!has_line()) return {times_ / weight_, 0};
    const double slope = (weight_ * products_ - counts_ * times_) / spread();
    const double each = std::clamp(slope, 0.0, times_ / counts_);
    return {(times_ - each * counts_) / weight_, each};
  }

  // So that the next batch is twice as large, or half when that says more.
  [[nodiscard]] double to_find_out() const noexcept {
    return largest_ < 2 ? batch_ns / 2.0 : batch_ns / std::max(1.0, largest_ / 2);
  }
  static std::int64_t whole(double ns) noexcept {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(ns));
  }

  double weight_ = 0, counts_ = 0, times_ = 0, squares_ = 0, products_ = 0; // sums for the line
  double largest_ = 0;
};

} // namespace tempest::worker
