#include "runtime/metrics/duration_tally.hpp"

#include <utility>

namespace tempest::metrics {

void tally_reader::pass_on(const duration_tally& from, tempest_metric& histogram) {
  news_.resize(counts_.size());
  bool some = false;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::uint64_t count = from.counts_[i].load(std::memory_order_relaxed);
    news_[i] = static_cast<double>(count - std::exchange(counts_[i], count));
    some = some || news_[i] > 0;
  }
  if (!some) return;
  const double sum_ns = from.sum_ns_.load(std::memory_order_relaxed);
  histogram.observe(news_, (sum_ns - std::exchange(sum_ns_, sum_ns)) / 1e9);
}

} // namespace tempest::metrics
